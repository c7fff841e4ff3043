// Where the words of captions looked: rows of what a factor of the gates made, by layer and piece.
import { meanRow } from "./attention.js";

/** @typedef {import("../core/lab").CaptionRun} Run */
/** factor: its number among those of the run. @typedef {{factor: number, layer: number, piece: number}} Word */

/** All that a piece has in `name`, photo after photo. @type {(run: Run, name: "look" | "place", word: Word) => Float32Array} */
function row(run, name, { factor, layer, piece }) {
  const weights = run.arrays[`${name}_${factor}`];
  const [, pieces, ...rest] = weights.shape;
  const length = rest.reduce((product, size) => product * size, 1);
  return meanRow(weights, run.arrays[`${name}_max_${factor}`], length, [layer * pieces + piece]);
}

/** Attention to the latents, photo after photo. @type {(run: Run, word: Word) => Float32Array} */
export const latents = (run, word) => row(run, "look", word);

/** What the places of a photo get, row by row. @type {(run: Run, word: Word, photo: number) => Float32Array} */
export function places(run, word, photo) {
  const [down, across] = gridOf(run);
  return row(run, "place", word).subarray(photo * down * across, (photo + 1) * down * across);
}

/** Rows and columns of places. @type {(run: Run) => [number, number]} */
export function gridOf(run) {
  const [, , , down, across] = run.arrays.place_0.shape;
  return [down, across];
}

/** Photos, and latents of each. @type {(run: Run) => [number, number]} */
export function latentsOf(run) {
  const [, , photos, latent] = run.arrays.look_0.shape;
  return [photos, latent];
}

/** Nats that the photo adds to each piece, or takes. @type {(run: Run, factor: number) => number[]} */
export function gains(run, factor) {
  const { log_prob, blind_log_prob } = run.written[factor];
  return log_prob.map((one, at) => one - blind_log_prob[at]);
}
