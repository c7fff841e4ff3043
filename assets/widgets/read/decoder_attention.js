// The attention of both decoders by index: of one prediction over the source, and of its decoder over itself.
import { heads, meanRow } from "./attention.js";
import { refined } from "./refinement.js";
import { ancestry, written } from "./search.js";

/** @typedef {import("../core/lab").DecodeRun} DecodeRun */
/** @typedef {import("../core/lab").Candidate} Candidate */
/** @typedef {import("../core/lab").Place} Place */
/** @typedef {import("../core/lab").Head} Head */
/**
 * cross: over the source. self: rows of queries, a row holds the weights of the keys that it may see. row: the query that
 * predicts. size: how many queries there are in the end. inputs: the piece that each query reads, as far as it is known,
 * null for the start. predicted: the piece that was predicted.
 * @typedef {{
 *   layer: number, layers: number, cross: Float32Array, self: Float32Array[], row: number, size: number,
 *   inputs: (string | null)[], predicted: string, source: string[],
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
 * The attention of the query that predicts a candidate, the last token of the row that it extends; null for none.
 * @param {DecodeRun} run
 * @param {Candidate} at
 * @param {number} layer
 * @param {Head} head
 * @returns {Look | null}
 */
export function searchLook(run, { step, candidate }, layer, head) {
  if (step < 0) return null;
  const { search } = run;
  const [, rows, layers, count] = run.arrays.search_cross.shape;
  const own = Math.min(layer, layers - 1);
  const path = ancestry(search, step, candidate);
  /** @type {(call: number) => (head: number) => number} */
  const row = (call) => (number) =>
    ((call * rows + search.steps[call].parent[path[call]]) * layers + own) * count + number;
  const pieces = written(search, { step, candidate });
  return {
    layer: own,
    layers,
    cross: meanOf(run, "search_cross", head, count, row(step)),
    self: path.map((_, call) => meanOf(run, "search_self", head, count, row(call)).subarray(0, call + 1)),
    row: step,
    size: search.steps.length,
    inputs: [null, ...pieces],
    predicted: pieces[step],
    source: search.source,
  };
}

/**
 * The attention of a position in a pass; null for none, and for a length that is not the output's.
 * @param {DecodeRun} run
 * @param {{model: number, length: number}} chosen
 * @param {Place} place
 * @param {number} layer
 * @param {Head} head
 * @returns {Look | null}
 */
export function refinementLook(run, { model, length }, { pass, position }, layer, head) {
  const { best, source } = run.refine[model];
  if (pass < 0 || length !== best) return null;
  const [, layers, count, positions] = run.arrays[`refine_${model}_cross`].shape;
  const own = Math.min(layer, layers - 1);
  /** @type {(query: number) => (head: number) => number} */
  const row = (query) => (number) => ((pass * layers + own) * count + number) * positions + query;
  const cells = refined(run, model, best).row(pass);
  return {
    layer: own,
    layers,
    cross: meanOf(run, `refine_${model}_cross`, head, count, row(position)),
    self: cells.map((_, query) => meanOf(run, `refine_${model}_self`, head, count, row(query))),
    row: position,
    size: positions,
    // What a pass reads: a mask where it predicts, else the token of the pass before, which it has kept.
    inputs: cells.map(({ masked, piece }) => (masked ? "<mask>" : piece)),
    predicted: cells[position].piece,
    source,
  };
}
