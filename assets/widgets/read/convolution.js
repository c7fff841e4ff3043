// A convolution as attention: a head's place in the kernel, the tokens around the middle one.
import { largest } from "./attention.js";

/** @typedef {import("../core/lab").Grid} Grid */

/** Tokens a side that are shown around the middle one. */
const NEAR = 9;

/** @param {number} side */
const middle = (side) => Math.floor(side / 2);

/**
 * Rows or columns around the middle one: the first, and how many.
 * @param {number} side
 * @returns {[number, number]}
 */
export const around = (side) => [Math.max(0, middle(side) - middle(NEAR)), Math.min(side, NEAR)];

/**
 * The part of a map around its middle token: its grid, its cells as shares of the map's largest, and the middle's place.
 * @param {ArrayLike<number>} map
 * @param {readonly number[]} grid
 * @returns {{grid: Grid, shares: number[], top: number, cell: number}}
 */
export function nearMiddle(map, [rows, columns]) {
  const [[upper, high], [left, wide]] = [around(rows), around(columns)];
  const top = Math.max(1e-12, map[largest(map)]);
  const shares = Array.from(
    { length: high * wide },
    (_, at) => map[(upper + Math.floor(at / wide)) * columns + left + (at % wide)] / top,
  );
  return { grid: [high, wide], shares, top, cell: (middle(rows) - upper) * wide + middle(columns) - left };
}

/**
 * Rows down and columns right from a token to the one that a head looks at: heads count through the kernel row by row.
 * @param {number} head
 * @param {number} kernelSize
 * @returns {[number, number]}
 */
export const shiftOf = (head, kernelSize) => [
  Math.floor(head / kernelSize) - middle(kernelSize),
  (head % kernelSize) - middle(kernelSize),
];

/**
 * An arrow for a shift to a neighbour; null for one that leads further.
 * @param {readonly number[]} shift
 */
export const arrowOf = ([down, right]) =>
  Math.abs(down) < 2 && Math.abs(right) < 2 ? "↖↑↗←•→↙↓↘"[3 * (down + 1) + right + 1] : null;
