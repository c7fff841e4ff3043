import assert from "node:assert/strict";
import { test } from "node:test";
import { allowed, masked, softmax, spots } from "./masks.js";

const grid = [4, 4];
const scores = Float32Array.from({ length: 16 }, (_, key) => (key * 7) % 16);
const open = (mask, query, size = 2) =>
  allowed(mask, query, { grid, size, scores }).flatMap((is, key) => (is ? [key] : []));

test("each mask allows what it says", () => {
  assert.equal(open("full", 5).length, 16);
  assert.deepEqual(open("causal", 2), [0, 1, 2]);
  assert.deepEqual(open("window", 5), [0, 1, 4, 5]);
  assert.deepEqual(open("shifted", 5), [5, 6, 9, 10]);
  assert.deepEqual(open("shifted", 0), [0]);
  assert.deepEqual(open("nearest", 3), [2, 9]);
  assert.deepEqual(open("neighbours", 0), [0, 1, 4]);
  assert.deepEqual(open("neighbours", 5), [1, 4, 5, 6, 9]);
});

test("in a sentence windows and neighbours lie side by side", () => {
  const row = { grid: [1, 6], size: 3, scores };
  const seen = (mask, query) => allowed(mask, query, row).flatMap((is, key) => (is ? [key] : []));
  assert.deepEqual(seen("window", 4), [3, 4, 5]);
  assert.deepEqual(seen("shifted", 4), [4, 5]);
  assert.deepEqual(seen("neighbours", 3), [2, 3, 4]);
});

test("an edge that is changed is cut, or added, for both of its tokens", () => {
  const changes = [
    [0, 1],
    [0, 15],
  ];
  const seen = (query) =>
    allowed("neighbours", query, { grid, size: 2, scores, changes }).flatMap((is, key) => (is ? [key] : []));
  assert.deepEqual(seen(0), [0, 4, 15]);
  assert.deepEqual(seen(1), [1, 2, 5]);
  assert.deepEqual(seen(15), [0, 11, 14, 15]);
  assert.deepEqual(seen(5), [1, 4, 5, 6, 9]);
});

test("softmax shares one among the allowed keys, however large the scores", () => {
  const weights = softmax([1000, 1000, 2000], [true, true, false]);
  assert.deepEqual([...weights], [0.5, 0.5, Number.NaN]);
});

test("edges are counted, and what they keep of the whole attention", () => {
  const run = {
    grid: [1, 2],
    tokens: ["a", "b"],
    arrays: { scores: Object.assign(Float32Array.from([0, Math.log(3), 0, 0]), { shape: [1, 2, 2] }) },
  };
  assert.deepEqual(masked(run, "full", 0, 1).edges, 4);
  const past = masked(run, "causal", 0, 1);
  assert.equal(past.edges, 3);
  assert.ok(Math.abs(past.kept - (0.25 + 1) / 2) < 1e-6);
  assert.equal(past.rows[0][0], 1);
});

test("tokens stand in their cells, or on a circle", () => {
  assert.deepEqual(spots([2, 2])[3], [0.75, 0.75]);
  assert.deepEqual(spots([1, 4])[0], [0.5, 0.14]);
});
