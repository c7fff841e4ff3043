import assert from "node:assert/strict";
import { test } from "node:test";
import { blockShares } from "./attribution.js";

test("single pixels are shares of the largest size, with their sign", () => {
  assert.deepEqual(Array.from(blockShares([64, -128, 0, 32], [2, 2], 1)), [0.5, -1, 0, 0.25]);
});

test("pixels of a block are added up, and all of them show the sum", () => {
  const values = [1, 1, 2, 0, 1, 1, 0, -10];
  assert.deepEqual(Array.from(blockShares(values, [2, 4], 2)), [0.5, 0.5, -1, -1, 0.5, 0.5, -1, -1]);
});

test("blocks at the right and lower edge may be smaller", () => {
  const shares = blockShares([1, 1, 4, 1, 1, 4, 2, 2, 1], [3, 3], 2);
  assert.deepEqual(Array.from(shares), [0.5, 0.5, 1, 0.5, 0.5, 1, 0.5, 0.5, 0.125]);
});

test("zeros have no share", () => {
  assert.deepEqual(Array.from(blockShares([0, 0], [1, 2], 8)), [0, 0]);
});
