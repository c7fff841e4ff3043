import assert from "node:assert/strict";
import { test } from "node:test";
import { attentionSize, readCell, refinementLook, searchLook } from "./decoder_attention.js";

const shaped = (values, shape) => Object.assign(values, { shape });
const size = (shape) => shape.reduce((product, length) => product * length, 1);
/** Every weight of a row is the number of the row, so that a mean tells which rows it took. */
const rows = (shape) => {
  const count = size(shape.slice(0, -1));
  return {
    bytes: shaped(new Uint8Array(size(shape)).fill(255), shape),
    maxima: shaped(
      Float32Array.from({ length: count }, (_, row) => row),
      shape.slice(0, -1),
    ),
  };
};
const arrays = (shapes) =>
  Object.fromEntries(
    Object.entries(shapes).flatMap(([name, shape]) => {
      const { bytes, maxima } = rows(shape);
      return [
        [name, bytes],
        [`${name}_max`, maxima],
      ];
    }),
  );

const [STEPS, ROWS, LAYERS, HEADS] = [3, 2, 2, 3];
const [PASSES, REFINE_LAYERS, REFINE_HEADS, POSITIONS] = [2, 4, 2, 3];
const grid = (name, values) => [
  `refine_1_1_${name}`,
  shaped(Float32Array.from(values), name.startsWith("alternative") ? [PASSES, POSITIONS, 1] : [PASSES, POSITIONS]),
];
const run = {
  search: {
    source: ["x", "y"],
    piece: ["</s>", "a", "b", "c"],
    piece_id: [10, 11, 12, 13],
    steps: [
      { parent: [0, 0], token: [1, 2], kept: [0, 1] },
      { parent: [1, 0], token: [3, 1], kept: [0, 1] },
      { parent: [1, 0], token: [0, 2], kept: [0] },
    ],
    finished: [{ step: 2, candidate: 0 }],
    winner: 0,
  },
  refine: [
    { source: ["x"], piece: ["a"], best: 0 },
    { source: ["x", "y"], piece: ["a", "b", "c"], best: 1 },
  ],
  arrays: {
    ...arrays({
      search_cross: [STEPS, ROWS, LAYERS, HEADS, 2],
      search_self: [STEPS, ROWS, LAYERS, HEADS, STEPS],
      refine_0_cross: [PASSES, 1, 1, POSITIONS, 2],
      refine_1_cross: [PASSES, REFINE_LAYERS, REFINE_HEADS, POSITIONS, 2],
      refine_1_self: [PASSES, REFINE_LAYERS, REFINE_HEADS, POSITIONS, POSITIONS],
    }),
    ...Object.fromEntries([
      grid("token", [0, 1, 2, 0, 1, 1]),
      grid("masked", [1, 1, 1, 0, 0, 1]),
      grid("probability", [1, 1, 1, 1, 1, 1]),
      grid("flip", [0, 0, 0, 0, 0, 1]),
      grid("repeat", [0, 0, 0, 0, 0, 1]),
      grid("alternative", [0, 0, 0, 0, 0, 0]),
      grid("alternative_probability", [1, 1, 1, 1, 1, 1]),
    ]),
  },
};
const searchRow = (step, row, layer, head) => ((step * ROWS + row) * LAYERS + layer) * HEADS + head;
const refineRow = (pass, layer, head, query) =>
  ((pass * REFINE_LAYERS + layer) * REFINE_HEADS + head) * POSITIONS + query;

test("the most layers and heads of all decoders", () => {
  assert.deepEqual(attentionSize(run), { layers: 4, heads: 3 });
});

const chosen = (layer, head, over = "source") => ({ layer, head, over });

test("the rows over the source are those of the best one's ancestry, in the chosen layer and head", () => {
  for (const layer of [0, 1]) {
    for (const head of [0, 1, 2]) {
      // Candidate 0 of the second call extends row 1, whose token is candidate 1 of the first call.
      const look = searchLook(run, 2, chosen(layer, head));
      assert.deepEqual(
        look.rows.map((row) => [row.length, row[0]]),
        [
          [2, searchRow(0, 0, layer, head)],
          [2, searchRow(1, 1, layer, head)],
        ],
      );
      assert.deepEqual(
        [look.size, look.queries, look.keys],
        [
          [3, 2],
          ["b", "c"],
          ["x", "y"],
        ],
      );
    }
  }
});

test("over itself a row is as long as what it may see, and reads what stood before", () => {
  const look = searchLook(run, 3, chosen(1, 2, "self"));
  assert.deepEqual(
    look.rows.map((row) => [row.length, row[0]]),
    [
      [1, searchRow(0, 0, 1, 2)],
      [2, searchRow(1, 0, 1, 2)],
      [3, searchRow(2, 1, 1, 2)],
    ],
  );
  assert.deepEqual(
    [look.size, look.keys],
    [
      [3, 3],
      [null, "a", "a", "</s>"],
    ],
  );
});

test("the mean is that of all heads of the model, whose last layer and head stand for those that it lacks", () => {
  const mean = searchLook(run, 1, chosen(9, "mean"));
  assert.deepEqual([mean.layer, mean.layers], [1, 2]);
  assert.ok(Math.abs(mean.rows[0][0] - searchRow(0, 0, 1, 1)) < 1e-5);
  const lacking = refinementLook(run, 1, 2, chosen(3, 2));
  assert.equal(lacking.rows[0][0], refineRow(1, 3, 1, 0));
});

test("every position is a row, in the chosen pass, layer and head", () => {
  for (const [over, columns] of [
    ["source", 2],
    ["self", 3],
  ]) {
    for (const pass of [1, 2, 9]) {
      const look = refinementLook(run, 1, pass, chosen(3, 1, over));
      assert.deepEqual(
        look.rows.map((row) => [row.length, row[0]]),
        [0, 1, 2].map((query) => [columns, refineRow(Math.min(pass, 2) - 1, 3, 1, query)]),
      );
    }
  }
});

test("a pass reads masks where it predicts, else what it has kept", () => {
  const look = refinementLook(run, 1, 2, chosen(0, 0, "self"));
  assert.deepEqual(
    [look.keys, look.queries],
    [
      ["a", "b", "<mask>"],
      ["a", "b", "b"],
    ],
  );
});

test("there is nothing to look at before the first call or pass", () => {
  assert.equal(searchLook(run, 0, chosen(0, 0)), null);
  assert.equal(refinementLook(run, 1, 0, chosen(0, 0)), null);
});

test("read is the chosen cell, else the largest weight of the newest row", () => {
  const look = { rows: [Float32Array.of(1, 0), Float32Array.of(0.25, 0.75)], size: [3, 2] };
  assert.deepEqual(readCell(look, null), { row: 1, column: 1 });
  assert.deepEqual(readCell(look, { row: 0, column: 1 }), { row: 0, column: 1 });
  assert.deepEqual(readCell(look, { row: 9, column: 9 }), { row: 2, column: 1 });
});
