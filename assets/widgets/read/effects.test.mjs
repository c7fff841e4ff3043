import assert from "node:assert/strict";
import { test } from "node:test";
import { direct, logitSum, partSizes, without } from "./effects.js";

const shaped = (values, ...shape) => Object.assign(Float32Array.from(values), { shape });
/** Two layers of one head and a feed-forward part; two candidates. */
const run = {
  candidate: ["c", "d"],
  piece: ["c", "d"],
  arrays: {
    lens: shaped([-3, -2, -1, -4], 2, 2),
    start: shaped([0.5, 0, 0.25, 0], 2, 2),
    rest: shaped([0.125, 0], 2),
    direct: shaped([1, 5, 2, 6, 4, 7, 8, 9], 2, 2, 2),
    without: shaped([-2, -1, -1, -4, -3, -4, -1, -5], 2, 2, 2),
    without_best: shaped([1, 0, 0, 0], 2, 2),
  },
};

test("each candidate has its own effects", () => {
  assert.deepEqual(partSizes(run), { layers: 2, parts: 2 });
  assert.deepEqual(direct(run, 0), [1, 2, 4, 8]);
  assert.deepEqual(direct(run, 1), [5, 6, 7, 9]);
});

test("the sum is written out", () => {
  assert.deepEqual(logitSum(run, 0), { entry: "0.75", heads: "5.00", inner: "10.00", rest: "0.13", logit: "15.88" });
});

test("switching off changes the log probability of the last state", () => {
  assert.deepEqual(without(run, 0, 0), { before: Math.exp(-1), now: Math.exp(-2), changes: -1, best: "d" });
  assert.equal(without(run, 1, 3).changes, -1);
});
