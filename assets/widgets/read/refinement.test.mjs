import assert from "node:assert/strict";
import { test } from "node:test";
import { refined } from "./refinement.js";

const array = (shape, values) => Object.assign(Float32Array.from(values), { shape });
const of = (name) => `refine_1_2_${name}`;
/** Three passes over two positions, two alternatives each. */
const run = {
  refine: [{ piece: [] }, { piece: ["a", "b", "c"] }],
  arrays: {
    [of("token")]: array([3, 2], [0, 1, 0, 2, 1, 2]),
    [of("masked")]: array([3, 2], [1, 1, 0, 1, 1, 0]),
    [of("probability")]: array([3, 2], [0.5, 0.25, 0.5, 0.75, 1, 0.75]),
    [of("flip")]: array([3, 2], [0, 0, 0, 1, 1, 0]),
    [of("repeat")]: array([3, 2], [0, 0, 0, 0, 0, 0]),
    [of("rival")]: array([3, 2, 2], [0, 1, 1, 2, 0, 1, 2, 1, 1, 0, 2, 0]),
    [of("rival_probability")]: array([3, 2, 2], [0.5, 0.4, 0.25, 0.2, 0.5, 0.4, 0.75, 0.1, 1, 0, 0.75, 0.2]),
  },
};

test("a cell is that of its pass and position", () => {
  const { passes, positions, cell, row } = refined(run, 1, 2);
  assert.deepEqual([passes, positions], [3, 2]);
  const { piece, probability, masked, flip, repeat, rivals } = cell(1, 1);
  assert.deepEqual([piece, probability, masked, flip, repeat], ["c", 0.75, true, true, false]);
  assert.deepEqual(
    rivals.map((one) => one.piece),
    ["c", "b"],
  );
  assert.deepEqual(
    row(2).map((one) => one.piece),
    ["b", "c"],
  );
});

test("what stands in a cell was predicted in the last pass that masked it", () => {
  const { since } = refined(run, 1, 2);
  assert.deepEqual([since(0, 0), since(1, 0), since(1, 1), since(2, 1), since(2, 0)], [0, 0, 1, 1, 2]);
});
