// The attention of both decoders by index: of every prediction over the source, and of the decoder over itself.
import { heads, largest, meanRow } from "./attention.js";
import { refined } from "./refinement.js";
import { ancestry, shownCandidate, written } from "./search.js";

/** @typedef {import("../core/lab").DecodeRun} DecodeRun */
/** @typedef {import("../core/lab").Head} Head */
/** @typedef {"source" | "self"} Over */
/** @typedef {{row: number, column: number}} Place */
/**
 * A row of weights for each token that is predicted; a row holds the weights of what it may see. size: rows and columns
 * in the end. queries: the token that each row predicts. keys: what the columns stand for, null for the start, as far as
 * it is known.
 * @typedef {{
 *   layer: number, layers: number, rows: Float32Array[], size: [number, number],
 *   queries: string[], keys: (string | null)[],
 * }} Look
 */

/**
 * The most layers and heads that a decoder of the run has.
 * @param {DecodeRun} run
 */
export function attentionSize(run) {
  const [, , layers, count] = run.arrays.search_cross.shape;
  const others = run.refine.map((_, model) => run.arrays[`refine_${model}_cross`].shape);
  return {
    layers: Math.max(layers, ...others.map((shape) => shape[1])),
    heads: Math.max(count, ...others.map((shape) => shape[2])),
  };
}

/**
 * The mean of a head's rows, or of all heads'; row(head) numbers them. A head that the model does not have is its last.
 * @param {DecodeRun} run
 * @param {string} name
 * @param {Head} head
 * @param {number} count
 * @param {(head: number) => number} row
 */
function meanOf(run, name, head, count, row) {
  const [weights, maxima] = [run.arrays[name], run.arrays[`${name}_max`]];
  const chosen = heads(head === "mean" ? head : Math.min(head, count - 1), count);
  return meanRow(weights, maxima, weights.shape[weights.shape.length - 1], chosen.map(row));
}

/**
 * The rows that predict the best hypothesis after `calls` calls; null before the first.
 * @param {DecodeRun} run
 * @param {number} calls
 * @param {{layer: number, head: Head, over: Over}} chosen
 * @returns {Look | null}
 */
export function searchLook(run, calls, { layer, head, over }) {
  const { search } = run;
  const at = shownCandidate(search, Math.min(calls, search.steps.length), null);
  if (at.step < 0) return null;
  const [, most, layers, count] = run.arrays.search_cross.shape;
  const own = Math.min(layer, layers - 1);
  const path = ancestry(search, at.step, at.candidate);
  const queries = written(search, at);
  /** @type {(call: number) => (head: number) => number} */
  const row = (call) => (number) =>
    ((call * most + search.steps[call].parent[path[call]]) * layers + own) * count + number;
  const name = over === "self" ? "search_self" : "search_cross";
  const rows = path.map((_, call) => meanOf(run, name, head, count, row(call)));
  const total = search.steps.length;
  return {
    ...{ layer: own, layers, queries },
    rows: over === "self" ? rows.map((weights, call) => weights.subarray(0, call + 1)) : rows,
    size: [total, over === "self" ? total : search.source.length],
    keys: over === "self" ? [null, ...queries] : search.source,
  };
}

/**
 * The rows of all positions of the output in its pass `pass`, from 1; null before the first.
 * @param {DecodeRun} run
 * @param {number} model
 * @param {number} pass
 * @param {{layer: number, head: Head, over: Over}} chosen
 * @returns {Look | null}
 */
export function refinementLook(run, model, pass, { layer, head, over }) {
  const { best, source } = run.refine[model];
  const passes = refined(run, model, best);
  const now = Math.min(pass, passes.passes) - 1;
  if (now < 0) return null;
  const [, layers, count, positions] = run.arrays[`refine_${model}_cross`].shape;
  const own = Math.min(layer, layers - 1);
  /** @type {(query: number) => (head: number) => number} */
  const row = (query) => (number) => ((now * layers + own) * count + number) * positions + query;
  const name = `refine_${model}_${over === "self" ? "self" : "cross"}`;
  const cells = passes.row(now);
  return {
    ...{ layer: own, layers },
    rows: cells.map((_, query) => meanOf(run, name, head, count, row(query))),
    size: [positions, over === "self" ? positions : source.length],
    queries: cells.map(({ piece }) => piece),
    // What a pass reads: a mask where it predicts, else the token of the pass before, which it has kept.
    keys: over === "self" ? cells.map(({ masked, piece }) => (masked ? "<mask>" : piece)) : source,
  };
}

/**
 * The cell to read: the chosen one, else the largest weight of the newest row; rows and columns that are not there are
 * the last ones.
 * @param {Look} look
 * @param {Place | null} chosen
 * @returns {Place}
 */
export function readCell({ rows, size }, chosen) {
  if (chosen) return { row: Math.min(chosen.row, size[0] - 1), column: Math.min(chosen.column, size[1] - 1) };
  const row = rows.length - 1;
  return { row, column: largest(rows[row]) };
}
