// A ViT and a Swin at the same spot of a photo and the same share of their depth.
import { attentionRow as swinRow, visible, windowSlot } from "./swin.js";
import { halfCount, attentionRow as vitRow } from "./vit.js";

/** @typedef {import("../core/lab").Grid} Grid */
/**
 * A token's attention over the whole map, the mean of all heads; how many tokens it can see, and on how many half
 * of it falls; the layer or block.
 * @typedef {{grid: Grid, weights: Float32Array, visible: number, half: number, token: number, level: number}} Spot
 */

/**
 * The layer of a model with `layers` at the same share of the depth as step `step` of `count`.
 * @type {(step: number, count: number, layers: number) => number}
 */
export const levelAt = (step, count, layers) => (count > 1 ? Math.round((step * (layers - 1)) / (count - 1)) : 0);

/**
 * The token of a map at a point: shares down and across.
 * @type {(grid: Grid, point: readonly [number, number]) => number}
 */
export const tokenAt = ([rows, columns], [down, across]) =>
  Math.floor(down * rows) * columns + Math.floor(across * columns);

/**
 * The middle of a token of a map: shares down and across.
 * @type {(grid: Grid, token: number) => [number, number]}
 */
export const middleOf = ([rows, columns], token) => [
  (Math.floor(token / columns) + 0.5) / rows,
  ((token % columns) + 0.5) / columns,
];

/** @type {(run: import("../core/lab").VitRun, level: number, point: readonly [number, number]) => Spot} */
export function vitSpot(run, level, point) {
  const { grid, prefix } = run;
  const token = tokenAt(grid, point);
  const query = prefix.length + token;
  const weights = vitRow(run, level, query, "mean").subarray(prefix.length);
  return { grid, weights, visible: weights.length, half: halfCount(run, level, query, "mean"), token, level };
}

/** @type {(run: import("../core/lab").SwinRun, level: number, point: readonly [number, number]) => Spot} */
export function swinSpot(run, level, point) {
  const { grid } = run.blocks[level];
  const token = tokenAt(grid, point);
  const place = windowSlot(run, level, token);
  const weights = new Float32Array(grid[0] * grid[1]);
  for (const [slot, weight] of swinRow(run, level, place, "mean").entries()) weights[place.tokens[slot]] = weight;
  const half = run.arrays[`half_${level}`][place.window * place.tokens.length + place.slot];
  return { grid, weights, visible: visible(run, level, token), half, token, level };
}
