import assert from "node:assert/strict";
import { test } from "node:test";
import { bestHead, headRow, headRows, headSizes } from "./head_rules.js";

const shaped = (values, ...shape) => Object.assign(Float32Array.from(values), { shape });
const tokens = 2;
const run = {
  token: ["a", "b"],
  arrays: {
    attention: shaped([255, 0, 255, 51, 255, 0, 0, 255], 1, 2, tokens, tokens),
    attention_max: shaped([1, 0.5, 1, 0.25], 1, 2, tokens),
  },
  share: [[[0.1, 0.3]], [[0.4, 0.2]]],
};

test("a row holds the weights up to its own token", () => {
  assert.deepEqual(headSizes(run), { layers: 1, heads: 2, tokens: 2 });
  assert.deepEqual([...headRow(run, { layer: 0, head: 0, query: 0 })], [1]);
  assert.deepEqual(
    headRows(run, { layer: 0, head: 1 }).map((row) => [...row]),
    [[1], [0, 0.25]],
  );
  assert.ok(Math.abs(headRow(run, { layer: 0, head: 0, query: 1 })[1] - 0.1) < 1e-6);
});

test("the head that follows a rule most", () => {
  assert.deepEqual(bestHead(run, 0), { layer: 0, head: 1 });
  assert.deepEqual(bestHead(run, 1), { layer: 0, head: 0 });
});
