// Attention over the source by layer and head.
import { heads, meanRow } from "./attention.js";

/** @typedef {import("../core/lab").KnownOutput} Run */
/** @typedef {import("../core/lab").Head} Head */
/**
 * A layer and a head, each a number or the mean of all.
 * @typedef {{layer: Head, head: Head}} Chosen
 */

/** @param {Run} run */
export function crossSize({ arrays }) {
  const [layers, count, positions, source] = arrays.attention.shape;
  return { layers, heads: count, positions, source };
}

/**
 * The rows of a layer and head, one for each position.
 * @param {Run} run
 * @param {Chosen} chosen
 * @returns {Float32Array[]}
 */
export function crossRows(run, { layer, head }) {
  const size = crossSize(run);
  const { attention, attention_max: largest } = run.arrays;
  const blocks = heads(layer, size.layers).flatMap((one) =>
    heads(head, size.heads).map((other) => one * size.heads + other),
  );
  return Array.from({ length: size.positions }, (_, position) =>
    meanRow(
      attention,
      largest,
      size.source,
      blocks.map((block) => block * size.positions + position),
    ),
  );
}

/**
 * Every layer and head, a row of pictures for each layer, its mean last; before them the mean of all.
 * @param {Run} run
 * @returns {Chosen[]}
 */
export function allChosen(run) {
  const size = crossSize(run);
  /** @type {Chosen[]} */
  const every = heads("mean", size.layers).flatMap((layer) => [
    ...heads("mean", size.heads).map((head) => ({ layer, head })),
    { layer, head: /** @type {Head} */ ("mean") },
  ]);
  return [{ layer: "mean", head: "mean" }, ...every];
}
