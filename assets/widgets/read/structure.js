// The line of a stack's structure, as the paper draws it: what the stream passes on its way, box by box.
import { stopCount, stopOf } from "./stream.js";

/** @typedef {import("../core/lab").StackMeta} StackMeta */
/** @typedef {import("./stream.js").VectorName} VectorName */
/**
 * A box. part: of a layer, -1 outside. vectors: those of its stop that it reads and makes, its own result last.
 * @typedef {{
 *   name: "embedding" | "position" | import("../core/lab").PartKind | "norm" | "norm_rms" | "add" | "add_norm" | "head",
 *   part: number, vectors: VectorName[],
 * }} Box
 */

/** Before the first layer. @type {Box[]} */
export const ENTRY = [
  { name: "embedding", part: -1, vectors: ["embedding"] },
  { name: "position", part: -1, vectors: ["embedding", "position", "stream"] },
];

/** After the last layer. @type {Box} */
export const EXIT = { name: "head", part: -1, vectors: ["stream"] };

/**
 * The boxes of a layer, those of each part together: what its shortcut goes around, and where it ends.
 * @param {StackMeta} stack
 * @returns {Box[][]}
 */
export function layerBoxes({ part: kinds, pre_norm, centred }) {
  return kinds.map((name, part) => {
    /** @type {VectorName[]} */
    const computed = ["hidden", "activated", "added"];
    if (!pre_norm)
      return [
        { name, part, vectors: ["stream", ...computed] },
        { name: "add_norm", part, vectors: ["sum", "sum_normed"] },
      ];
    return [
      { name: centred ? "norm" : "norm_rms", part, vectors: ["stream", centred ? "normed" : "normed_rms"] },
      { name, part, vectors: computed },
      { name: "add", part, vectors: ["sum"] },
    ];
  });
}

/**
 * The stop that a box is a part of, in `layer` where it belongs to one.
 * @param {StackMeta} stack
 * @param {Box} box
 * @param {number} layer
 */
export function stopOfBox(stack, box, layer) {
  if (box === EXIT) return stopCount(stack) - 1;
  return box.part < 0 ? ENTRY.indexOf(box) : stopOf(stack, layer, box.part);
}
