import assert from "node:assert/strict";
import { test } from "node:test";
import { cellOf, numbersOf, programOf } from "./programs.js";

const made = { offset: 2, rows: 6, columns: 2, shape: [2, 3, 5] };
const run = { programs: [{ name: "training" }], arrays: { numbers: Float32Array.from({ length: 20 }, (_, at) => at) } };

test("a program is found by its name", () => {
  assert.equal(programOf(run, "training"), run.programs[0]);
  assert.throws(() => programOf(run, "none"), RangeError);
});

test("what a line made begins at its place", () => {
  const numbers = numbersOf(run, made);
  assert.deepEqual([numbers[0], numbers[numbers.length - 1], numbers.length], [2, 13, 12]);
});

test("a cell has an index along every axis, of the columns that are sent", () => {
  assert.deepEqual(cellOf(made, 0), [0, 0, 0]);
  assert.deepEqual(cellOf(made, 3), [0, 1, 1]);
  assert.deepEqual(cellOf(made, 11), [1, 2, 1]);
  assert.deepEqual(cellOf({ shape: [4], columns: 4 }, 3), [3]);
});
