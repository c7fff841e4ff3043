import assert from "node:assert/strict";
import { test } from "node:test";
import { alive, ancestry, others, path } from "./search.js";

/** Two rows: the second call keeps candidates of both, the third ends one in the pool. */
const search = {
  steps: [
    { parent: [0, 0, 0], kept: [0, 2], fate: ["kept", "outranked", "kept"], pool: [] },
    { parent: [1, 0, 1, 0], kept: [2, 1], fate: ["ended_low", "kept", "kept", "outranked"], pool: [] },
    { parent: [0, 1, 1], kept: [1], fate: ["finished", "kept", "outranked"], pool: [0] },
  ],
  finished: [{ step: 2, candidate: 0, score: 1, token: [] }],
  winner: 0,
};

test("a candidate's ancestry goes through the rows that it extends", () => {
  assert.deepEqual(ancestry(search, 0, 2), [2]);
  assert.deepEqual(ancestry(search, 1, 2), [2, 2]);
  assert.deepEqual(ancestry(search, 2, 1), [0, 1, 1]);
  assert.deepEqual([...path(search, 2, 0)], ["0:2", "1:2", "2:0"]);
  assert.deepEqual([...path(search, -1, -1)], []);
});

test("what does not run on: those that ended in the pool first", () => {
  assert.deepEqual(others(search, 1), [0, 3]);
  assert.deepEqual(others(search, 2), [0, 2]);
});

test("alive is what leads to a running or to a finished hypothesis", () => {
  assert.deepEqual([...alive(search, 0)], []);
  assert.deepEqual([...alive(search, 1)].sort(), ["0:0", "0:2"]);
  assert.deepEqual([...alive(search, 3)].sort(), ["0:0", "0:2", "1:1", "1:2", "2:0", "2:1"]);
});
