// Attention of every layer and head of a decoder, and the shares of it that follow a rule.
import { meanRow } from "./attention.js";

/** @typedef {import("../core/lab").HeadsRun} Run */

/** @param {Run} run */
export function headSizes({ arrays }) {
  const [layers, heads, tokens] = arrays.attention.shape;
  return { layers, heads, tokens };
}

/**
 * A row of weights: what a query gives to the tokens up to itself.
 * @param {Run} run
 * @param {{layer: number, head: number, query: number}} at
 */
export function headRow(run, { layer, head, query }) {
  const { heads, tokens } = headSizes(run);
  const { attention, attention_max: largest } = run.arrays;
  return meanRow(attention, largest, tokens, [(layer * heads + head) * tokens + query]).subarray(0, query + 1);
}

/** Every row of a head. @param {Run} run @param {{layer: number, head: number}} at */
export const headRows = (run, at) => run.token.map((_, query) => headRow(run, { ...at, query }));

/**
 * The layer and head that follow a rule most.
 * @param {Run} run
 * @param {number} rule
 */
export function bestHead({ share }, rule) {
  const all = share[rule].flatMap((heads, layer) => heads.map((value, head) => ({ layer, head, value })));
  const { layer, head } = all.reduce((best, one) => (one.value > best.value ? one : best));
  return { layer, head };
}
