// Which field of which layer is shown, and how large it is.
import { slice } from "./slice.js";

/** @typedef {import("../core/lab").FieldRun} Run */
/** @typedef {import("../core/lab").NumberArray} NumberArray */
/** @typedef {{step: number, weights: number, images: number, mode: "field" | "rollout"}} Choice */

/** @param {Run} run */
export const depths = (run) => run.columns.map(({ layers }) => layers.length);

/** How many steps the depth has: as many as the deepest model has layers.
 * @param {Run} run */
export const stepCount = (run) => Math.max(...depths(run));

/**
 * The layer that lies as deep in a model as a step does in all steps.
 * @param {number} step
 * @param {number} steps
 * @param {number} layers
 */
export const layerAt = (step, steps, layers) => Math.ceil(((step + 1) * layers) / steps) - 1;

/**
 * The layer of every model at a step.
 * @param {Run} run
 * @param {number} step
 */
export const layersAt = (run, step) => depths(run).map((layers) => layerAt(step, stepCount(run), layers));

/** @param {Run} run */
export const hasRandom = (run) => run.arrays.field_0.shape[0] > 1;
/** @param {Run} run */
export const hasRollout = (run) => run.columns.some(({ rolls }) => rolls);

/**
 * The choice that can be shown: rollout is always that of the trained weights on the visitor's photo.
 * @template {Choice} C
 * @param {C} choice
 * @returns {C}
 */
export const shown = (choice) => (choice.mode === "rollout" ? { ...choice, weights: 0, images: 0 } : choice);

/**
 * A column's cells over its photo, bytes of one scale for all; nothing but 0 where there is no rollout.
 * @type {(run: Run, index: number, layer: number, choice: Choice) => NumberArray}
 */
export function cells(run, index, layer, choice) {
  const { weights, images, mode } = shown(choice);
  if (mode === "rollout") return slice(run.arrays[`rollout_${index}`], layer);
  return slice(run.arrays[`field_${index}`], weights, images, layer);
}

/**
 * Edges of what a column's point can see, and of the square with half of what it does see, which rollout has not.
 * @type {(run: Run, index: number, layer: number, choice: Choice) => {box: NumberArray, square: NumberArray | null}}
 */
export function outlines(run, index, layer, { weights, images, mode }) {
  const box = slice(run.arrays[`box_${index}`], layer);
  if (mode === "rollout") return { box, square: null };
  return { box, square: slice(run.arrays[`square_${index}`], weights, images, layer) };
}

/**
 * The same as shares of the picture's area, and the distance of the layer's attention as a share of its side. null is
 * what is not shown: attention where a layer has none, areas beside a rollout.
 * @typedef {{can: number, does: number | null, replknet: number | null, distance: number | null}} Sizes
 * @type {(run: Run, index: number, layer: number, choice: Choice) => Sizes}
 */
export function sizes(run, index, layer, { weights, images, mode }) {
  const [top, left, bottom, right] = slice(run.arrays[`box_${index}`], layer);
  const can = (bottom - top) * (right - left);
  const distance = run.columns[index].attends[layer] ? run.arrays[`distance_${index}`][layer] : null;
  if (mode === "rollout") return { can, does: null, replknet: null, distance };
  const [replknet, does] = slice(run.arrays[`area_${index}`], weights, images, layer);
  return { can, does, replknet, distance };
}
