// What pixels, or blocks of them, add to a score.

/**
 * Each pixel's share of the largest size, or that of the block of `size` pixels a side in which it lies, whose pixels
 * are added up. Blocks at the right and lower edge may be smaller.
 * @param {ArrayLike<number>} values
 * @param {readonly number[]} grid
 * @param {number} size
 * @returns {Float32Array}
 */
export function blockShares(values, [rows, columns], size) {
  const across = Math.ceil(columns / size);
  const sums = new Float32Array(across * Math.ceil(rows / size));
  /** @param {number} at */
  const block = (at) => Math.floor(Math.floor(at / columns) / size) * across + Math.floor((at % columns) / size);
  for (let at = 0; at < values.length; at++) sums[block(at)] += values[at];
  const top = sums.reduce((most, sum) => Math.max(most, Math.abs(sum)), 1e-12);
  return Float32Array.from(values, (_, at) => sums[block(at)] / top);
}
