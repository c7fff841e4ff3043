import assert from "node:assert/strict";
import { test } from "node:test";
import { blocks, chosen, lastPass } from "./fed.js";

/** @typedef {import("../core/lab").FedRun} Run */

/** @type {(source: string) => import("../core/lab").FedMeta} */
const pair = (source) => ({
  source,
  target: ["x", "y", ""],
  draw: [0.1, 0.25, 0.75],
  first: ["x", "z", ""],
  ways: [
    { way: "gold", read: ["", "x", "y"], predicted: ["x", "z", ""], loss: [1, 2, 3], passes: 1, seconds: 0.1 },
    { way: "mixed", read: ["", "x", "z"], predicted: ["x", "z", ""], loss: [1, 2, 6], passes: 2, seconds: 0.2 },
    { way: "own", read: ["", "x", "z"], predicted: ["x", "z", "z"], loss: [1, 2, 9], passes: 3, seconds: 0.3 },
  ],
});
/** @type {Run} */
const RUN = { strategies: ["t", "s"], sources: ["a", "b"], coin: 0.5, steps: 9, fed: ["a", "b", "c", "d"].map(pair) };
/** @type {(step: number) => string[]} */
const predicted = (step) => blocks(pair("a"), step, 0.5).map((one) => one.predicted.map((two) => two ?? "?").join(","));

test("a pair is the chosen model's", () => {
  assert.equal(chosen(RUN, { pair: 1, model: 1 }).source, "d");
  assert.equal(chosen(RUN, { pair: 1, model: 0 }).source, "b");
  assert.equal(lastPass(RUN, { pair: 0, model: 0 }), 3);
});

test("true characters need one pass, coins two, its own output one for each position", () => {
  assert.deepEqual(predicted(0), ["?,?,?", "?,?,?", "?,?,?"]);
  assert.deepEqual(predicted(1), ["x,z,", "?,?,?", "x,?,?"]);
  assert.deepEqual(predicted(2), ["x,z,", "x,z,", "x,z,?"]);
  assert.deepEqual(predicted(3), ["x,z,", "x,z,", "x,z,z"]);
});

test("what is read is there when it can be, and says whence it comes", () => {
  const [gold, mixed, own] = blocks(pair("a"), 0, 0.5);
  assert.deepEqual(
    gold.read.map(({ character, from }) => [character, from]),
    [
      ["", "start"],
      ["x", "gold"],
      ["y", "gold"],
    ],
  );
  assert.deepEqual(
    mixed.read.map(({ character }) => character),
    [null, null, null],
  );
  assert.deepEqual(
    own.read.map(({ character }) => character),
    ["", null, null],
  );
  const [, then] = blocks(pair("a"), 1, 0.5);
  assert.deepEqual(
    then.read.map(({ from }) => from),
    ["start", "gold", "own"],
  );
});

test("coins fall after the first pass, none for what starts an output", () => {
  const flips = [0, 1].map((step) => blocks(pair("a"), step, 0.5)[1].coins?.map(({ gold }) => gold));
  assert.deepEqual(flips, [
    [null, null, null],
    [null, true, false],
  ]);
  assert.equal(blocks(pair("a"), 1, 0.5)[0].coins, null);
});

test("the mean is known once all is", () => {
  const means = [1, 2, 3].map((step) => blocks(pair("a"), step, 0.5).map(({ mean }) => mean));
  assert.deepEqual(means, [
    [2, null, null],
    [2, 3, null],
    [2, 3, 4],
  ]);
});
