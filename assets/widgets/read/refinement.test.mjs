import assert from "node:assert/strict";
import { test } from "node:test";
import { counts, refined, shownPlace } from "./refinement.js";

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
    [of("alternative")]: array([3, 2, 2], [0, 1, 1, 2, 0, 1, 2, 1, 1, 0, 2, 0]),
    [of("overlap")]: array([3, 2], [Number.NaN, 0.1, Number.NaN, 0.2, Number.NaN, 0.3]),
    [of("probability_before")]: array([3, 2, 2], [0, 0, 0.3, 0.2, 0, 0, 0.4, 0.1, 0, 0, 0.6, 0.05]),
    [of("probability_behind")]: array([3, 2, 2], [0.15, 0.25, 0, 0, 0.35, 0.05, 0, 0, 0.55, 0.45, 0, 0]),
    [of("alternative_probability")]: array([3, 2, 2], [0.5, 0.4, 0.25, 0.2, 0.5, 0.4, 0.75, 0.1, 1, 0, 0.75, 0.2]),
  },
};

test("a cell is that of its pass and position", () => {
  const { passes, positions, cell, row } = refined(run, 1, 2);
  assert.deepEqual([passes, positions], [3, 2]);
  const { piece, probability, masked, flip, repeat, alternatives } = cell(1, 1);
  assert.deepEqual([piece, probability, masked, flip, repeat], ["c", 0.75, true, true, false]);
  assert.deepEqual(
    alternatives.map(({ piece: other, probability: share }) => [other, share]),
    [
      ["c", 0.75],
      ["b", Math.fround(0.1)],
    ],
  );
  assert.deepEqual(
    row(2).map((of) => of.piece),
    ["b", "c"],
  );
});

test("what stands in a cell was predicted in the last pass that masked it", () => {
  const { since } = refined(run, 1, 2);
  assert.deepEqual([since(0, 0), since(1, 0), since(1, 1), since(2, 1), since(2, 0)], [0, 0, 1, 1, 2]);
});

test("what stands in a cell is compared with its neighbours by the passes that predicted both", () => {
  const { standing, overlap } = refined(run, 1, 2);
  const rounded = (list) =>
    list.map(({ piece, ...rest }) => [piece, ...Object.values(rest).map((x) => Number(x.toFixed(2)))]);
  // Position 1 was not masked in the last pass: its tokens are those of the second, what is found beside them is new.
  assert.deepEqual(rounded(standing(2, 1)), [
    ["c", 0.75, 0.6, 0],
    ["b", 0.1, 0.05, 0],
  ]);
  assert.deepEqual(rounded(standing(2, 0))[0], ["b", 1, 0, 0.55]);
  assert.deepEqual(
    [overlap(0, 1), overlap(2, 1)].map((share) => Number(share.toFixed(2))),
    [0.1, 0.3],
  );
});

test("a row is counted by what happened to its cells", () => {
  const { row } = refined(run, 1, 2);
  assert.deepEqual(counts(row(0)), { masked: 2, flip: 0, repeat: 0 });
  assert.deepEqual(counts(row(2)), { masked: 1, flip: 1, repeat: 0 });
  assert.deepEqual(counts([]), { masked: 0, flip: 0, repeat: 0 });
});

test("a chosen cell is shown as far as its pass is there, else its position in the last one", () => {
  const passes = refined(run, 1, 2);
  assert.deepEqual(shownPlace(passes, 3, { pass: 1, position: 0 }), { pass: 1, position: 0 });
  assert.deepEqual(shownPlace(passes, 1, { pass: 2, position: 1 }), { pass: 0, position: 1 });
  assert.deepEqual(shownPlace(passes, 2, { pass: null, position: 1 }), { pass: 1, position: 1 });
  assert.deepEqual(shownPlace(passes, 0, { pass: null, position: 9 }), { pass: -1, position: 1 });
});
