// Rows of attention by index, and what they say.

/** @typedef {import("../core/lab").NumberArray} NumberArray */

/**
 * The heads that a choice stands for: one, or all of them for "mean".
 * @param {number | string} head
 * @param {number} count
 * @returns {number[]}
 */
export const heads = (head, count) => (head === "mean" ? [...Array(count).keys()] : [Number(head)]);

/**
 * The mean of some rows that are kept as bytes, or in two bytes a weight, each with its largest value.
 * @param {ArrayLike<number>} bytes
 * @param {ArrayLike<number>} maxima
 * @param {number} length
 * @param {readonly number[]} rows
 */
export function meanRow(bytes, maxima, length, rows) {
  const limit = bytes instanceof Uint16Array ? 65535 : 255;
  const mean = new Float32Array(length);
  for (const row of rows) {
    const scale = maxima[row] / limit / rows.length;
    for (let key = 0; key < length; key++) mean[key] += bytes[row * length + key] * scale;
  }
  return mean;
}

/**
 * The place of the largest number, the first of equals; NaN is none.
 * @param {ArrayLike<number>} row
 */
export function largest(row) {
  let top = 0;
  for (let at = 1; at < row.length; at++) if (row[at] > row[top] || Number.isNaN(row[top])) top = at;
  return top;
}

/**
 * Shares of the largest number of a row.
 * @param {ArrayLike<number>} row
 * @returns {Float32Array}
 */
export function sharesOfLargest(row) {
  const top = row.length ? Math.max(row[largest(row)], 1e-12) : 1;
  return Float32Array.from(row, (weight) => weight / top);
}

/** @param {ArrayLike<number>} row */
export const sum = (row) => Array.from(row).reduce((total, weight) => total + weight, 0);
