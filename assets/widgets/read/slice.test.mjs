import assert from "node:assert/strict";
import { test } from "node:test";
import { slice } from "./slice.js";

const array = Object.assign(
  Uint8Array.from({ length: 24 }, (_, at) => at),
  { shape: [2, 3, 4] },
);

test("the first indices leave the axes after them", () => {
  const row = slice(array, 1, 2);
  assert.deepEqual([Array.from(row), row.shape], [[20, 21, 22, 23], [4]]);
  const table = slice(array, 1);
  assert.deepEqual([table[0], table.length, table.shape], [12, 12, [3, 4]]);
  assert.deepEqual(Array.from(slice(array, 0, 1, 2)), [6]);
});

test("a part is not a copy, and leaves the shape of the whole", () => {
  assert.equal(slice(array, 1).buffer, array.buffer);
  assert.deepEqual(array.shape, [2, 3, 4]);
});

test("what lies outside is refused", () => {
  for (const indices of [[2], [0, 3], [0, -1], [0, Number.NaN]]) {
    assert.throws(() => slice(array, ...indices), RangeError);
  }
});
