import assert from "node:assert/strict";
import { test } from "node:test";
import { allChosen, crossRows, crossSize } from "./cross.js";

/** One layer of two heads, two positions, three source tokens. */
const run = {
  arrays: {
    attention: Object.assign([255, 0, 0, 0, 255, 255, 0, 255, 0, 255, 0, 0], { shape: [1, 2, 2, 3] }),
    attention_max: [1, 0.5, 1, 1],
  },
};
const rows = (/** @type {any} */ chosen) => crossRows(/** @type {any} */ (run), chosen).map((row) => Array.from(row));

test("the rows of a head, and their mean", () => {
  assert.deepEqual(crossSize(/** @type {any} */ (run)), { layers: 1, heads: 2, positions: 2, source: 3 });
  assert.deepEqual(rows({ layer: 0, head: 0 }), [
    [1, 0, 0],
    [0, 0.5, 0.5],
  ]);
  const mean = [
    [0.5, 0.5, 0],
    [0.5, 0.25, 0.25],
  ];
  assert.deepEqual(rows({ layer: 0, head: "mean" }), mean);
  assert.deepEqual(rows({ layer: "mean", head: "mean" }), mean);
});

test("every layer and head once, and the means", () => {
  assert.deepEqual(allChosen(/** @type {any} */ (run)), [
    { layer: "mean", head: "mean" },
    { layer: 0, head: 0 },
    { layer: 0, head: 1 },
    { layer: 0, head: "mean" },
  ]);
});
