import assert from "node:assert/strict";
import { test } from "node:test";
import { depth, meanSurprise, path } from "./continuations.js";

const one = (parent, leaves, token, log_prob) => ({ parent, leaves, token, log_prob });
const FOUND = [one(-1, 0, [1, 2, 3, 4], [-1, -2, -3, -4]), one(0, 2, [7, 8], [-5, -6]), one(1, 3, [9], [-7])];

test("a branch has what it shares with those it left, then its own", () => {
  const tokens = (chosen) => path(FOUND, chosen).map(({ from, at }) => FOUND[from].token[at]);
  assert.deepEqual(
    [tokens(0), tokens(1), tokens(2)],
    [
      [1, 2, 3, 4],
      [1, 2, 7, 8],
      [1, 2, 7, 9],
    ],
  );
  assert.deepEqual(
    path(FOUND, 2).map(({ step }) => step),
    [0, 1, 2, 3],
  );
});

test("depth counts the branches before, and surprise is the mean over all tokens", () => {
  assert.deepEqual(
    [0, 1, 2].map((chosen) => depth(FOUND, chosen)),
    [0, 1, 2],
  );
  assert.deepEqual(
    [0, 1, 2].map((chosen) => meanSurprise(FOUND, chosen)),
    [2.5, 3.5, 3.75],
  );
});
