// A Swin run's insides by index: a token's place in its window, its row of attention, and its reach.
import { heads, meanRow } from "./attention.js";

/** @typedef {import("../core/lab").SwinRun} SwinRun */
/** @typedef {import("../core/lab").Head} Head */
/** @typedef {{window: number, slot: number, tokens: ArrayLike<number>}} WindowSlot */

/**
 * The token of block `index` that covers a patch of the first map.
 * @param {SwinRun} run
 * @param {number} index
 * @param {number} patch
 */
export function token(run, index, patch) {
  const [, first] = run.blocks[0].grid;
  const [, columns] = run.blocks[index].grid;
  const shrunk = first / columns;
  return Math.floor(Math.floor(patch / first) / shrunk) * columns + Math.floor((patch % first) / shrunk);
}

/**
 * The window of a token, its tokens slot by slot, and its own slot.
 * @param {SwinRun} run
 * @param {number} index
 * @param {number} chosen
 * @returns {WindowSlot}
 */
export function windowSlot(run, index, chosen) {
  const slots = run.blocks[index].window ** 2;
  const all = run.arrays[`window_token_${index}`];
  const place = all.indexOf(chosen);
  const window = Math.floor(place / slots);
  return { window, slot: place % slots, tokens: all.subarray(window * slots, (window + 1) * slots) };
}

/**
 * A token's attention over the slots of its window: of one head, or of all on average.
 * @param {SwinRun} run
 * @param {number} index
 * @param {WindowSlot} place
 * @param {Head} head
 */
export function attentionRow(run, index, { window, slot, tokens }, head) {
  const [attention, maxima] = [run.arrays[`attention_${index}`], run.arrays[`attention_max_${index}`]];
  const count = attention.shape[1];
  const rows = heads(head, count).map((number) => (window * count + number) * tokens.length + slot);
  return meanRow(attention, maxima, tokens.length, rows);
}

/**
 * Whether the first of two tokens may see the second in block `index`.
 * @param {SwinRun} run
 * @param {number} index
 * @param {number} chosen
 * @param {number} other
 */
export function sees(run, index, chosen, other) {
  const group = run.arrays[`group_${index}`];
  return group[chosen] === group[other];
}

/**
 * How many tokens of its window a token may see.
 * @param {SwinRun} run
 * @param {number} index
 * @param {number} chosen
 */
export const visible = (run, index, chosen) =>
  Array.from(windowSlot(run, index, chosen).tokens).filter((other) => sees(run, index, chosen, other)).length;

/**
 * Patches of the first map that can influence the place of `patch` after `count` blocks: back through the windows,
 * shifted as they are ("group") or all unshifted ("group_still").
 * @param {SwinRun} run
 * @param {"group" | "group_still"} name
 * @param {number} count
 * @param {number} patch
 */
export function reach(run, name, count, patch) {
  const last = Math.max(0, count - 1);
  let grid = run.blocks[last].grid;
  let reached = new Uint8Array(grid[0] * grid[1]);
  reached[token(run, last, patch)] = 1;
  for (let index = count - 1; index >= 0; index--) {
    const { grid: wider, window } = run.blocks[index];
    if (wider[0] !== grid[0]) [reached, grid] = [unmerged(reached, grid, wider), wider];
    const numbers = run.arrays[`${name}_${index}`];
    const seen = new Uint8Array((9 * numbers.length) / window ** 2);
    for (let at = 0; at < numbers.length; at++) if (reached[at]) seen[numbers[at]] = 1;
    for (let at = 0; at < numbers.length; at++) reached[at] = seen[numbers[at]];
  }
  return reached;
}

/**
 * Each token as the 2×2 tokens that were merged to it.
 * @param {Uint8Array} reached
 * @param {readonly number[]} grid
 * @param {readonly number[]} wider
 */
function unmerged(reached, [, columns], [rows, across]) {
  const merged = (/** @type {number} */ at) =>
    Math.floor(Math.floor(at / across) / 2) * columns + Math.floor((at % across) / 2);
  return new Uint8Array(rows * across).map((_, at) => reached[merged(at)]);
}

/**
 * The cell `by` rows and columns further, round the edges of the map.
 * @param {number} cell
 * @param {number} by
 * @param {readonly number[]} grid
 */
export function rolled(cell, by, [rows, columns]) {
  const [row, column] = [Math.floor(cell / columns) + by, (cell % columns) + by];
  return ((row + rows) % rows) * columns + ((column + columns) % columns);
}

/**
 * The patch of the first map in the middle of a token of block `index`.
 * @param {SwinRun} run
 * @param {number} index
 * @param {number} chosen
 */
export function patchIn(run, index, chosen) {
  const [, first] = run.blocks[0].grid;
  const [, columns] = run.blocks[index].grid;
  const middle = (/** @type {number} */ place) => Math.floor((place + 0.5) * (first / columns));
  return middle(Math.floor(chosen / columns)) * first + middle(chosen % columns);
}

/**
 * Stage and block within it, counted from 1.
 * @param {SwinRun} run
 * @param {number} index
 */
export function stageAndBlock({ blocks }, index) {
  const { stage } = blocks[index];
  return { stage: stage + 1, block: blocks.slice(0, index + 1).filter((other) => other.stage === stage).length };
}
