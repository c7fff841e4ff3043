import assert from "node:assert/strict";
import { test } from "node:test";
import { cells, hasRandom, hasRollout, layerAt, layersAt, outlines, shown, sizes, stepCount } from "./fields.js";

const array = (values, shape) => Object.assign(Float32Array.from(values), { shape });
const counting = (shape) =>
  array(
    Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, at) => at),
    shape,
  );

/** A CNN of three layers and a ViT of two: two kinds of weights, two of images. */
const run = {
  position: [0.5, 0.5],
  n_image: 6,
  columns: [
    { model: "cnn", layers: ["a", "b", "c"], attends: [false, false, false], rolls: false },
    { model: "vit", layers: ["a", "b"], attends: [true, true], rolls: true },
  ],
  arrays: {
    field_0: counting([2, 2, 3, 1, 2]),
    field_1: counting([2, 2, 2, 1, 2]),
    box_0: array([0, 0, 0.25, 0.5, 0, 0.25, 0.5, 1, 0, 0, 1, 1], [3, 4]),
    box_1: array([0, 0, 1, 1, 0, 0, 1, 1], [2, 4]),
    square_0: counting([2, 2, 3, 4]),
    square_1: counting([2, 2, 2, 4]),
    area_0: counting([2, 2, 3, 2]),
    area_1: counting([2, 2, 2, 2]),
    distance_0: array([0, 0, 0], [3]),
    distance_1: array([0.25, 0.5], [2]),
    rollout_0: array([0, 0, 0], [3, 1, 1]),
    rollout_1: array([1, 2, 3, 4], [2, 1, 2]),
  },
};
const choose = (weights, images, mode = "field") => ({ step: 0, weights, images, mode });

test("a layer lies as deep in its model as the step in all steps", () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((step) => layerAt(step, 6, 3)),
    [0, 0, 1, 1, 2, 2],
  );
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((step) => layerAt(step, 12, 9)),
    [0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8],
  );
  assert.equal(stepCount(run), 3);
  assert.deepEqual(
    [0, 1, 2].map((step) => layersAt(run, step)),
    [
      [0, 0],
      [1, 1],
      [2, 1],
    ],
  );
});

test("every choice of weights, images and layer has cells of its own", () => {
  const at = (...choice) => Array.from(cells(run, 0, 2, choose(...choice)));
  assert.deepEqual(
    [at(0, 0), at(0, 1), at(1, 0), at(1, 1)],
    [
      [4, 5],
      [10, 11],
      [16, 17],
      [22, 23],
    ],
  );
  assert.deepEqual(Array.from(cells(run, 1, 1, choose(1, 0))), [10, 11]);
  assert.deepEqual(cells(run, 0, 0, choose(0, 0)).shape, [1, 2]);
});

test("a rollout is of the trained weights on this photo, whatever is chosen", () => {
  assert.deepEqual(Array.from(cells(run, 1, 1, choose(1, 1, "rollout"))), [3, 4]);
  assert.deepEqual(shown(choose(1, 1, "rollout")), choose(0, 0, "rollout"));
  assert.deepEqual(shown(choose(1, 0)), choose(1, 0));
  assert.deepEqual([hasRandom(run), hasRollout(run)], [true, true]);
});

test("the box follows the layer, the square also weights and images", () => {
  const { box, square } = outlines(run, 0, 1, choose(1, 0));
  assert.deepEqual(
    [Array.from(box), Array.from(square)],
    [
      [0, 0.25, 0.5, 1],
      [28, 29, 30, 31],
    ],
  );
  assert.deepEqual(Array.from(outlines(run, 0, 1, choose(0, 1)).square), [16, 17, 18, 19]);
  assert.equal(outlines(run, 0, 1, choose(0, 0, "rollout")).square, null);
});

test("sizes are areas, and a distance only where there is attention", () => {
  assert.deepEqual(sizes(run, 0, 1, choose(0, 1)), { can: 0.375, replknet: 8, does: 9, distance: null });
  assert.deepEqual(sizes(run, 1, 1, choose(1, 1)), { can: 1, replknet: 14, does: 15, distance: 0.5 });
  assert.deepEqual(sizes(run, 1, 0, choose(1, 1, "rollout")), { can: 1, replknet: null, does: null, distance: 0.25 });
  const mixed = { ...run, columns: [run.columns[0], { ...run.columns[1], attends: [false, true] }] };
  assert.deepEqual(
    [0, 1].map((layer) => sizes(mixed, 1, layer, choose(0, 0)).distance),
    [null, 0.5],
  );
});
