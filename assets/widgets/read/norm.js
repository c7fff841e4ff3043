// LayerNorm of one token, and what BatchNorm over some tokens makes of it, as the formulas say.

/** @typedef {ArrayLike<number>} Row */

/** @param {Row} values */
export const mean = (values) => Array.from(values).reduce((sum, one) => sum + one, 0) / values.length;

/** @param {Row} values */
export function variance(values) {
  const middle = mean(values);
  return mean(Array.from(values, (one) => (one - middle) ** 2));
}

/**
 * (x − μ) / √(σ² + ε), by the mean and variance of the row itself.
 * @param {Row} x
 * @param {number} eps
 */
export function normalised(x, eps) {
  const [middle, width] = [mean(x), Math.sqrt(variance(x) + eps)];
  return Array.from(x, (one) => (one - middle) / width);
}

/**
 * x / √(mean of x² + ε), as RMSNorm does, which takes no mean away.
 * @param {Row} x
 * @param {number} eps
 */
export function rescaledByRms(x, eps) {
  const width = Math.sqrt(mean(Array.from(x, (one) => one ** 2)) + eps);
  return Array.from(x, (one) => one / width);
}

/**
 * γ · values + β, dimension by dimension.
 * @param {readonly number[]} values
 * @param {Row} weight
 * @param {Row} bias
 */
export const rescaled = (values, weight, bias) => values.map((one, at) => one * weight[at] + bias[at]);

/**
 * The first of `rows` normalised by the mean and variance of each dimension over all rows.
 * @param {readonly Row[]} rows
 * @param {number} eps
 */
export function batchNormalised(rows, eps) {
  return Array.from(rows[0], (one, at) => {
    const column = rows.map((row) => row[at]);
    return (one - mean(column)) / Math.sqrt(variance(column) + eps);
  });
}

/**
 * The token and those that follow it, from the beginning again after the last: `count` of them.
 * @template Item
 * @param {readonly Item[]} items
 * @param {number} from
 * @param {number} count
 */
export const batchFrom = (items, from, count) =>
  Array.from({ length: count }, (_, at) => items[(from + at) % items.length]);

/** @type {(one: readonly number[], other: readonly number[]) => number} */
export const largestDifference = (one, other) => Math.max(...one.map((value, at) => Math.abs(value - other[at])));

/**
 * How far `now` is from `before`, as a share of its length.
 * @param {readonly number[]} now
 * @param {readonly number[]} before
 */
export function relativeChange(now, before) {
  const length = (/** @type {readonly number[]} */ row) => Math.hypot(...row);
  return length(now.map((value, at) => value - before[at])) / Math.max(length(before), 1e-12);
}
