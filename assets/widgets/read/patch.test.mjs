import assert from "node:assert/strict";
import { test } from "node:test";
import { gridOf, learned, middleOf, patchAt, positionSimilarity, sizesOf } from "./patch.js";

const array = (shape, values, kind = Int8Array) => Object.assign(kind.from(values), { shape });
const run = {
  patch_size: 20,
  grid: [2, 1],
  prefix: ["CLS"],
  arrays: {
    pixels: array([48, 96, 3], []),
    vector: array([2, 2], [0, 0, 127, -127]),
    vector_max: array([2], [1, 2], Float32Array),
    position: array([3, 3], [127, 0, 0, 0, 127, -64, 0, -64, 127]),
  },
};

test("a photo is offered in sizes that divide both of its sides, and in the model's own", () => {
  assert.deepEqual(sizesOf(run), [8, 12, 16, 20, 24, 48]);
  assert.deepEqual(gridOf(run, 24), [2, 4]);
});

test("a patch and its middle belong together, and the far edge is in the last patch", () => {
  assert.deepEqual(middleOf(run, 24, 5), [36, 36]);
  assert.equal(patchAt(run, 24, [36, 36]), 5);
  assert.equal(patchAt(run, 24, [48, 96]), 7);
});

test("a patch's row comes back with its bounds and its length", () => {
  const { shares, low, high, length } = learned(run, "vector", 1);
  assert.deepEqual([shares, low, high], [[1, -1], -2, 2]);
  assert.equal(length.toFixed(4), (2 * Math.SQRT2).toFixed(4));
});

test("the most similar position is another one", () => {
  assert.deepEqual(positionSimilarity(run, 0), { cosines: [1, -64 / 127], best: 1 });
  assert.deepEqual(positionSimilarity(run, 1), { cosines: [-64 / 127, 1], best: 0 });
  const alone = { ...run, grid: [1, 1], arrays: { position: array([2, 2], [127, 0, 0, 127]) } };
  assert.deepEqual(positionSimilarity(alone, 0), { cosines: [1], best: 0 });
});
