// Who may look at whom: masks over a grid of tokens, and softmax over what they allow.
import { largest } from "./attention.js";
import { has, pairOf } from "./graph.js";
import { slice } from "./slice.js";

/** @typedef {import("../core/lab").ScoresRun} Run */
/** @typedef {import("../core/lab").GraphPair} Pair */
/** @typedef {"full" | "causal" | "window" | "shifted" | "nearest" | "neighbours"} Mask */

/** From the complete graph to a few edges. @type {readonly Mask[]} */
export const MASKS = ["full", "causal", "window", "shifted", "nearest", "neighbours"];
/** Those that the size decides. @type {readonly Mask[]} */
export const SIZED = ["window", "shifted", "nearest"];

/**
 * Whether each key is allowed to a query. size: side of a window, or how many keys are the nearest. changes: edges of
 * the graph that are there though the tokens are no neighbours, or are not though they are.
 * @param {Mask} mask
 * @param {number} query
 * @param {{grid: readonly number[], size: number, scores: ArrayLike<number>, changes?: readonly Pair[]}} given  scores:
 *   of this query
 * @returns {boolean[]}
 */
export function allowed(mask, query, { grid: [rows, columns], size, scores, changes = [] }) {
  const keys = [...Array(rows * columns).keys()];
  const at = (/** @type {number} */ token) => [Math.floor(token / columns), token % columns];
  if (mask === "full") return keys.map(() => true);
  if (mask === "causal") return keys.map((key) => key <= query);
  if (mask === "nearest") {
    const best = keys.sort((one, other) => scores[other] - scores[one]).slice(0, size);
    return Array.from({ length: rows * columns }, (_, key) => best.includes(key));
  }
  if (mask === "neighbours") {
    const [row, column] = at(query);
    const beside = (/** @type {number} */ key) => Math.abs(at(key)[0] - row) + Math.abs(at(key)[1] - column) <= 1;
    return keys.map((key) => beside(key) !== has(changes, pairOf(query, key)));
  }
  const shift = mask === "shifted" ? Math.floor(size / 2) : 0;
  const window = (/** @type {number} */ token) =>
    at(token)
      .map((place) => Math.floor((place - shift) / size))
      .join();
  return keys.map((key) => window(key) === window(query));
}

/**
 * Softmax over the allowed keys; NaN where a key is not.
 * @param {ArrayLike<number>} scores
 * @param {readonly boolean[]} open
 * @returns {Float32Array}
 */
export function softmax(scores, open) {
  const masked = open.map((is, key) => (is ? scores[key] : Number.NEGATIVE_INFINITY));
  const top = masked[largest(masked)];
  const weights = masked.map((score) => Math.exp(score - top));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Float32Array.from(weights, (weight, key) => (open[key] ? weight / total : Number.NaN));
}

/**
 * A head under a mask: the weights of every query, how many edges there are, and how much of the attention that the
 * complete graph would have lies on them (mean over the queries).
 * @param {Run} run
 * @param {Mask} mask
 * @param {number} head
 * @param {number} size
 * @param {readonly Pair[]} [changes]
 */
export function masked({ arrays, grid, tokens }, mask, head, size, changes) {
  let edges = 0;
  let kept = 0;
  const rows = tokens.map((_, query) => {
    const scores = slice(arrays.scores, head, query);
    const open = allowed(mask, query, { grid, size, scores, changes });
    const whole = softmax(scores, allowed("full", query, { grid, size, scores }));
    edges += open.filter(Boolean).length;
    kept += whole.reduce((sum, weight, key) => sum + (open[key] ? weight : 0), 0);
    return softmax(scores, open);
  });
  return { rows, edges, kept: kept / tokens.length };
}

/**
 * Where tokens are drawn, as shares of a picture: the middle of their cells or, in one row, on a circle.
 * @param {readonly number[]} grid
 * @returns {[number, number][]}
 */
export const spots = ([rows, columns]) =>
  Array.from({ length: rows * columns }, (_, token) => {
    if (rows > 1) return [((token % columns) + 0.5) / columns, (Math.floor(token / columns) + 0.5) / rows];
    const angle = (2 * Math.PI * token) / columns - Math.PI / 2;
    return [0.5 + 0.36 * Math.cos(angle), 0.5 + 0.36 * Math.sin(angle)];
  });
