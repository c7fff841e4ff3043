import assert from "node:assert/strict";
import { test } from "node:test";
import {
  alive,
  ancestry,
  bestSoFar,
  byOutcome,
  forceOf,
  forcesWith,
  isForced,
  logNumber,
  others,
  outcome,
  path,
  shownCandidate,
  written,
} from "./search.js";

/** Two rows: the second call keeps candidates of both, the third ends one in the pool. */
const search = {
  piece: ["</s>", "a", "b", "c"],
  piece_id: [10, 11, 12, 13],
  steps: [
    { parent: [0, 0, 0], token: [1, 2, 3], kept: [0, 2], fate: ["kept", "outranked", "kept"], pool: [] },
    {
      parent: [1, 0, 1, 0],
      token: [0, 2, 1, 3],
      kept: [2, 1],
      fate: ["ended_outside_beam", "kept", "kept", "outranked"],
      pool: [],
    },
    { parent: [0, 1, 1], token: [0, 3, 2], kept: [1], fate: ["finished", "kept", "outranked"], pool: [0] },
  ],
  finished: [{ step: 2, candidate: 0, score: 1, token: [3, 1, 0] }],
  winner: 0,
};

test("a candidate's ancestry goes through the rows that it extends", () => {
  assert.deepEqual(ancestry(search, 0, 2), [2]);
  assert.deepEqual(ancestry(search, 1, 2), [2, 2]);
  assert.deepEqual(ancestry(search, 2, 1), [0, 1, 1]);
  assert.deepEqual([...path(search, 2, 0)], ["0:2", "1:2", "2:0"]);
  assert.deepEqual([...path(search, -1, -1)], []);
});

test("what a candidate has written are the pieces of its ancestry", () => {
  assert.deepEqual(written(search, { step: 2, candidate: 1 }), ["a", "b", "c"]);
  assert.deepEqual(written(search, { step: 2, candidate: 0 }), ["c", "a", "</s>"]);
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

test("shown is the chosen candidate where it is drawn, else the best running one, at last the winner", () => {
  const chosen = { step: 1, candidate: 3 };
  assert.deepEqual(shownCandidate(search, 0, null), { step: -1, candidate: -1 });
  assert.deepEqual(shownCandidate(search, 1, chosen), { step: 0, candidate: 0 });
  assert.deepEqual(shownCandidate(search, 2, chosen), chosen);
  assert.deepEqual(shownCandidate(search, 2, null), { step: 1, candidate: 2 });
  assert.deepEqual(shownCandidate(search, 3, null), { step: 2, candidate: 0 });
});

test("the best so far is the first of the pool, before that the first that runs on", () => {
  assert.deepEqual(bestSoFar(search, 0), []);
  assert.deepEqual(bestSoFar(search, 2), ["c", "a"]);
  assert.deepEqual(bestSoFar(search, 3), ["c", "a", "</s>"]);
});

test("a force names call, row and id, and drops those of its own and later calls", () => {
  const [own, earlier, later] = [{ step: 1, candidate: 3 }, [0, 0, 11], [2, 0, 12]];
  assert.deepEqual(forceOf(search, own), [1, 0, 13]);
  assert.deepEqual(forcesWith(search, [earlier, [1, 1, 10], later], own), [earlier, [1, 0, 13]]);
  assert.ok(isForced(search, [earlier, [1, 0, 13]], own));
  assert.ok(!isForced(search, [[1, 1, 13]], own));
});

test("an outcome is the fate, unless it was forced, or cut off by the longest output", () => {
  assert.equal(outcome(search, [], { step: 1, candidate: 3 }), "outranked");
  assert.equal(outcome(search, [[1, 0, 13]], { step: 1, candidate: 3 }), "forced");
  assert.equal(outcome(search, [], { step: 2, candidate: 0 }), "finished");
  const cut = { ...search, piece: ["d", "a", "b", "c"] };
  assert.equal(outcome(cut, [], { step: 2, candidate: 0 }), "cut");
  const full = structuredClone(cut);
  full.steps[2].fate[0] = "pool_was_better";
  assert.equal(outcome(full, [], { step: 2, candidate: 0 }), "outranked");
});

test("what has no probability is minus infinity", () => {
  assert.equal(logNumber(-1e9), "−∞");
  assert.equal(logNumber(null), "−∞");
  assert.equal(logNumber(-1.234, 1), "−1.2");
});

test("candidates are told by what became of them, the best first", () => {
  assert.deepEqual(byOutcome(search, [], 1), [
    ["ended_outside_beam", [0]],
    ["kept", [1, 2]],
    ["outranked", [3]],
  ]);
  assert.deepEqual(byOutcome(search, [[1, 0, 13]], 1).at(-1), ["forced", [3]]);
});
