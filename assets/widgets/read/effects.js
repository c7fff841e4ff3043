// What the parts of a decoder do to the candidates for the next token.
import { number } from "./format.js";
import { slice } from "./slice.js";

/** @typedef {import("../core/lab").EffectsRun} Run */

/** Layers, and parts of each: heads, then feed-forward. @param {Run} run */
export function partSizes({ arrays }) {
  const [layers, parts] = arrays.direct.shape;
  return { layers, parts };
}

/**
 * What each part adds to a candidate's logit, layer by layer.
 * @param {Run} run
 * @param {number} candidate
 */
export function direct({ arrays, candidate: { length } }, candidate) {
  return Array.from({ length: arrays.direct.length / length }, (_, cell) => arrays.direct[cell * length + candidate]);
}

/**
 * What switching off a part does: the candidate's probability before and now, the change of its logarithm in nats, and
 * the token that is then the most probable one.
 * @param {Run} run
 * @param {number} candidate
 * @param {number} cell
 */
export function without({ arrays, piece, candidate: { length } }, candidate, cell) {
  const last = slice(arrays.lens, arrays.lens.shape[0] - 1)[candidate];
  const now = arrays.without[cell * length + candidate];
  const best = piece[arrays.without_best[cell]];
  return { before: Math.exp(last), now: Math.exp(now), changes: now - last, best };
}

/**
 * The sum that a candidate's logit is, written out.
 * @param {Run} run
 * @param {number} candidate
 */
export function logitSum(run, candidate) {
  const { parts } = partSizes(run);
  const added = direct(run, candidate);
  const total = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0);
  const heads = total(added.filter((_, cell) => cell % parts < parts - 1));
  const inner = total(added.filter((_, cell) => cell % parts === parts - 1));
  const { start, rest } = run.arrays;
  const entry = start[candidate] + start[run.candidate.length + candidate];
  const written = (/** @type {number} */ value) => number(value, 2);
  return {
    ...{ entry: written(entry), heads: written(heads), inner: written(inner), rest: written(rest[candidate]) },
    logit: written(entry + heads + inner + rest[candidate]),
  };
}
