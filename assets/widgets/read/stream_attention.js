// Attention of picture tokens in one stream of text and picture: rows that end where the mask begins.
import { heads, meanRow } from "./attention.js";

/** @typedef {import("../core/lab").WriteRun} Run */
/** @typedef {{which: number, layer: number, head: import("../core/lab").Head}} Place */

/**
 * What the token before a place looks at: tokens of the text, then places; as long as what it sees.
 * @type {(run: Run, place: Place, step: number) => Float32Array}
 */
export function streamRow(run, { which, layer, head }, step) {
  const weights = run.arrays[`attention_${which}`];
  const [, layers, count, keys] = weights.shape;
  const rows = heads(head, count).map((one) => (step * layers + layer) * count + one);
  return meanRow(weights, run.arrays[`attention_max_${which}`], keys, rows).subarray(0, run.written[which].seen[step]);
}

/** Every place's row. @type {(run: Run, place: Place) => Float32Array[]} */
export const streamRows = (run, place) => run.written[place.which].code.map((_, step) => streamRow(run, place, step));

/** How many tokens, of text and picture, there are. @type {(run: Run) => number} */
export const streamLength = (run) => run.arrays.attention_0.shape[3];
