import assert from "node:assert/strict";
import { test } from "node:test";
import { compared, firstRepeat, pairOf } from "./repeats.js";

/** Rows of tokens by pass; what neighbours find is told by `standing`. */
const passesOf = (rows, standing = {}) => ({
  passes: rows.length,
  positions: rows[0].length,
  row: (pass) => [...rows[pass]].map((piece, at, row) => ({ piece, repeat: at > 0 && row[at - 1] === piece })),
  standing: (pass, position) => standing[`${pass}:${position}`] ?? [],
  overlap: (pass, position) => pass + position / 10,
});

test("the pair is the chosen one, else the first that repeats in the earliest pass, else the first", () => {
  assert.equal(pairOf(passesOf(["abcd", "abbd", "aabd"]), null), 2);
  assert.equal(pairOf(passesOf(["abcc", "aacc"]), null), 3);
  assert.equal(pairOf(passesOf(["abcd"]), null), 1);
  assert.equal(pairOf(passesOf(["abcd"]), 3), 3);
  assert.equal(pairOf(passesOf(["abcd"]), 9), 3);
  assert.equal(pairOf(passesOf(["abcd"]), 0), 1);
  assert.equal(pairOf(passesOf(["a"]), null), null);
});

test("where no pass repeats there is no first repeat", () => {
  assert.equal(firstRepeat(passesOf(["abcd", "badc"])), null);
});

test("both positions are asked for the tokens of both, the most probable first", () => {
  const passes = passesOf(["abc"], {
    "0:0": [
      { piece: "x", probability: 0.6, behind: 0.5 },
      { piece: "y", probability: 0.3, behind: 0.01 },
    ],
    "0:1": [
      { piece: "x", probability: 0.5, before: 0.6 },
      { piece: "z", probability: 0.4, before: 0.2 },
    ],
  });
  assert.deepEqual(compared(passes, 0, 1), {
    tokens: [
      { piece: "x", first: 0.6, second: 0.5 },
      { piece: "z", first: 0.2, second: 0.4 },
      { piece: "y", first: 0.3, second: 0.01 },
    ],
    overlap: 0.1,
  });
});
