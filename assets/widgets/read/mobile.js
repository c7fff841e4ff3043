// A MobileViT block by index: its film, a place's set and row of attention, and what can influence a place.
import { heads, meanRow } from "./attention.js";

/** @typedef {import("../core/lab").MobileRun} Run */
/** @typedef {import("../core/lab").MobileBlock} Block */
/** @typedef {import("../core/lab").Head} Head */
/** @typedef {"input" | "local" | "unfold" | "attention" | "fold" | "fusion"} Kind */
/**
 * A picture of the film: the map that it shows, and the Transformer layer whose attention.
 * @typedef {{kind: Kind, map: number, layer: number | null}} Frame
 */

/**
 * The film of a block; attention has a picture for every layer.
 * @type {(block: Block) => Frame[]}
 */
export const framesOf = ({ layers }) => [
  { kind: "input", map: 0, layer: null },
  { kind: "local", map: 1, layer: null },
  { kind: "unfold", map: 1, layer: null },
  ...Array.from({ length: layers }, (_, layer) => ({ kind: /** @type {Kind} */ ("attention"), map: 2 + layer, layer })),
  { kind: "fold", map: 1 + layers, layer: null },
  { kind: "fusion", map: 2 + layers, layer: null },
];

/** @param {Block} block */
export const placesOf = ({ patch }) => patch ** 2;
/** @param {Block} block */
export const patchesOf = ({ grid: [rows, columns], patch }) => (rows * columns) / patch ** 2;

/**
 * Where in its patch a pixel of the map lies, and in which patch.
 * @type {(block: Block, pixel: number) => {place: number, patch: number}}
 */
export function slotOf({ grid: [, columns], patch: side }, pixel) {
  const [row, column] = [Math.floor(pixel / columns), pixel % columns];
  return {
    place: (row % side) * side + (column % side),
    patch: Math.floor(row / side) * (columns / side) + Math.floor(column / side),
  };
}

/**
 * The pixels at one place of all patches, patch by patch.
 * @type {(block: Block, place: number) => number[]}
 */
export function setOf(block, place) {
  const { grid, patch: side } = block;
  const across = grid[1] / side;
  return Array.from({ length: patchesOf(block) }, (_, patch) => {
    const row = Math.floor(patch / across) * side + Math.floor(place / side);
    return row * grid[1] + (patch % across) * side + (place % side);
  });
}

/**
 * A pixel's attention over the patches in a Transformer layer: of one head, or of all on average.
 * @type {(run: Run, index: number, layer: number, pixel: number, head: Head) => Float32Array}
 */
export function attentionRow(run, index, layer, pixel, head) {
  const [attention, maxima] = [run.arrays[`attention_${index}`], run.arrays[`attention_max_${index}`]];
  const [, places, count, patches] = attention.shape;
  const { place, patch } = slotOf(run.blocks[index], pixel);
  const rows = heads(head, count).map((number) => ((layer * places + place) * count + number) * patches + patch);
  return meanRow(attention, maxima, patches, rows);
}

/**
 * How many patches, the most attended first, get half of that row, counted before the numbers became bytes.
 * @type {(run: Run, index: number, layer: number, pixel: number, head: Head) => number}
 */
export function halfCount(run, index, layer, pixel, head) {
  const half = run.arrays[`half_${index}`];
  const [, places, count, patches] = half.shape;
  const { place, patch } = slotOf(run.blocks[index], pixel);
  return half[((layer * places + place) * count + (head === "mean" ? count - 1 : head)) * patches + patch];
}

/**
 * Which pixels of the map a step reads for one of its pixels: 1 for each.
 * @type {(block: Block, kind: Kind, pixel: number) => Uint8Array}
 */
export function reads(block, kind, pixel) {
  const one = marked(block, pixel);
  if (kind === "attention") return attended(block, one);
  return kind === "local" || kind === "fusion" ? convolved(block, one) : one;
}

/**
 * Which pixels of what came into the block can influence one of its pixels after a picture of the film: 1 for each.
 * @type {(block: Block, kind: Kind, pixel: number) => Uint8Array}
 */
export function reach(block, kind, pixel) {
  const one = marked(block, pixel);
  if (kind === "input") return one;
  const near = convolved(block, one);
  if (kind === "local" || kind === "unfold") return near;
  return convolved(block, attended(block, kind === "fusion" ? near : one));
}

/** @type {(block: Block, pixel: number) => Uint8Array} */
const marked = ({ grid: [rows, columns] }, pixel) => new Uint8Array(rows * columns).fill(1, pixel, pixel + 1);

/**
 * What a convolution reads for the marked pixels.
 * @type {(block: Block, marked: Uint8Array) => Uint8Array}
 */
function convolved(block, marked) {
  const read = new Uint8Array(marked.length);
  for (const [pixel, is] of marked.entries()) {
    if (!is) continue;
    const { top, left, bottom, right } = windowOf(block, pixel);
    for (let row = top; row < bottom; row++) read.fill(1, row * block.grid[1] + left, row * block.grid[1] + right);
  }
  return read;
}

/**
 * What attention reads for the marked pixels: all of their sets.
 * @type {(block: Block, marked: Uint8Array) => Uint8Array}
 */
function attended(block, marked) {
  const read = new Uint8Array(marked.length);
  const places = new Set([...marked.keys()].filter((at) => marked[at]).map((at) => slotOf(block, at).place));
  for (const place of places) for (const at of setOf(block, place)) read[at] = 1;
  return read;
}

/**
 * The part of the map that a convolution reads for a pixel: rows and columns, the last two not included.
 * @type {(block: Block, pixel: number) => {top: number, left: number, bottom: number, right: number}}
 */
export function windowOf({ grid: [rows, columns], kernel }, pixel) {
  const by = Math.floor(kernel / 2);
  const [row, column] = [Math.floor(pixel / columns), pixel % columns];
  return {
    top: Math.max(0, row - by),
    left: Math.max(0, column - by),
    bottom: Math.min(rows, row + by + 1),
    right: Math.min(columns, column + by + 1),
  };
}

/**
 * What a pixel of a map can see of the photo: top, left, bottom, right in the photo's pixels.
 * @type {(block: Block, map: number, pixel: number) => [number, number, number, number]}
 */
export function fieldOf({ grid: [rows, columns], jump, fields, everywhere }, map, pixel) {
  if (everywhere[map]) return [0, 0, rows * jump, columns * jump];
  const [first, last] = fields[map];
  const edge = (/** @type {number} */ from, /** @type {number} */ at, /** @type {number} */ count) =>
    Math.min(Math.max(from + at * jump, 0), count * jump);
  const [row, column] = [Math.floor(pixel / columns), pixel % columns];
  return [edge(first, row, rows), edge(first, column, columns), edge(last, row, rows), edge(last, column, columns)];
}

/**
 * The photo's mean colour at every pixel of a map.
 * @type {(pixels: import("../core/lab").NumberArray, block: Block) => number[][]}
 */
export function coloursOf(pixels, { grid: [rows, columns], jump }) {
  const width = pixels.shape[1];
  return Array.from({ length: rows * columns }, (_, pixel) => {
    const [top, left] = [Math.floor(pixel / columns) * jump, (pixel % columns) * jump];
    const total = [0, 0, 0];
    for (let at = 0; at < jump ** 2; at++) {
      const from = 3 * ((top + Math.floor(at / jump)) * width + left + (at % jump));
      for (const channel of total.keys()) total[channel] += pixels[from + channel] / jump ** 2;
    }
    return [...total, 255];
  });
}
