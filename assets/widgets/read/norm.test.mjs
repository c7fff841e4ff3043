import assert from "node:assert/strict";
import { test } from "node:test";
import {
  batchFrom,
  batchNormalised,
  largestDifference,
  mean,
  normalised,
  relativeChange,
  rescaled,
  variance,
} from "./norm.js";

test("mean and variance of a row", () => {
  assert.equal(mean([1, 2, 6]), 3);
  assert.equal(variance(Float32Array.of(1, 2, 6)), 14 / 3);
});

test("a normalised row has mean 0 and variance 1, whatever its scale and shift", () => {
  const [x, moved] = [[1, -2, 4, 0.5], [1, -2, 4, 0.5].map((one) => 3 * one + 7)];
  const row = normalised(x, 0);
  assert.ok(Math.abs(mean(row)) < 1e-15 && Math.abs(variance(row) - 1) < 1e-12);
  assert.ok(largestDifference(row, normalised(moved, 0)) < 1e-12);
  assert.ok(Math.abs(normalised([0, 2], 3)[1] - 0.5) < 1e-15);
});

test("gains and biases are of each dimension", () => assert.deepEqual(rescaled([1, 2], [3, 4], [5, 6]), [8, 14]));

test("a batch normalises each dimension over its rows", () => {
  const rows = [
    [1, 5],
    [3, 5],
  ];
  assert.deepEqual(batchNormalised(rows, 0.0001)[1], 0);
  assert.ok(Math.abs(batchNormalised(rows, 0)[0] + 1) < 1e-15);
  assert.deepEqual(batchNormalised([[7, -2]], 1e-5), [0, 0]);
});

test("a batch begins with the token and goes round", () =>
  assert.deepEqual(batchFrom(["a", "b", "c"], 2, 2), ["c", "a"]));

test("changes are told by the largest, and by length", () => {
  assert.equal(largestDifference([1, -2], [0, 2]), 4);
  assert.equal(relativeChange([3, 4], [0, 5]), Math.hypot(3, 1) / 5);
});
