// How predictions of an output that is known move when a token is changed.
import { scientific } from "./format.js";

/** @typedef {import("../core/lab").KnownOutput} Run */
/** @typedef {"causal" | "bidirectional" | "hidden" | "removed"} Kind */
/**
 * One prediction before and after a change; `after` is null where it was not made.
 * @typedef {{difference: number, token: string, probability: number, after: string | null, afterProbability: number}} Change
 */

/** What rounding alone may move. */
const STILL = 1e-6;
/** The exponent of the least difference that is written out. */
const LOWEST = -6;

/**
 * @param {Run} run
 * @param {Kind} kind
 * @param {number} changed
 * @param {number} position
 * @returns {Change}
 */
export function changeAt(run, kind, changed, position) {
  const { arrays, piece, says } = run;
  const at = changed * says.length + position;
  const then = arrays[`${kind}_then`][at];
  return {
    difference: arrays[`${kind}_difference`][at],
    token: piece[arrays[`${kind}_token`][position]],
    probability: arrays[`${kind}_probability`][position],
    after: then < 0 ? null : piece[then],
    afterProbability: arrays[`${kind}_then_probability`][at],
  };
}

/**
 * All predictions when one token is changed.
 * @param {Run} run
 * @param {Kind} kind
 * @param {number} changed
 */
export const changesOf = (run, kind, changed) => run.says.map((_, position) => changeAt(run, kind, changed, position));

/** Whether a prediction did not move, but for rounding. @param {number} difference */
export const isStill = (difference) => difference <= STILL;

/**
 * How bright a difference is, 0 to 1: black is what did not move, and what moved a little can be seen. NaN stays NaN.
 * @param {number} difference
 */
export const brightness = (difference) => (isStill(difference) ? 0 : 0.15 + 0.85 * Math.sqrt(difference));

/** @param {number} difference */
export const differenceText = (difference) => (isStill(difference) ? "0" : scientific(difference, LOWEST));

/** The loss of a text: the mean of −log p. @param {readonly (number | null)[]} logProb */
export const lossOf = (logProb) =>
  -logProb.reduce((/** @type {number} */ sum, one) => sum + (one ?? 0), 0) / logProb.length;
