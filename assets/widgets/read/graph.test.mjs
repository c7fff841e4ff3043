import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, channelOf, has, headsOfLayers, hops, pairOf, pairsOf, placed, takes, toggled } from "./graph.js";

/** A path a – b – c and d alone; two heads in the first layer. */
const run = {
  nodes: ["a", "b", "c", "d"],
  arrays: {
    source: [0, 1, 1, 2, 0, 1, 2, 3],
    target: [1, 0, 2, 1, 0, 1, 2, 3],
    channel_layer: [0, 0, 1],
    channel_head: [0, 1, 0],
    weight: Float32Array.from([...Array(8).fill(0), 0.1, 0, 0, 0.6, 0, 0.3, 0, 0, ...Array(8).fill(0)]),
  },
};

test("edges are told once, loops not", () =>
  assert.deepEqual(pairsOf(run), [
    [0, 1],
    [1, 2],
  ]));

test("one hears of what lies so many edges away, and of nothing where there is no way", () => {
  assert.deepEqual(hops(run, 0), [0, 1, 2, Infinity]);
  assert.deepEqual(hops(run, 3), [Infinity, Infinity, Infinity, 0]);
});

test("a changed edge that is changed again is as before", () => {
  const once = toggled([[0, 3]], pairOf(2, 1));
  assert.deepEqual(once, [
    [0, 3],
    [1, 2],
  ]);
  assert.deepEqual(toggled(once, [0, 3]), [[1, 2]]);
  assert.ok(has(once, [1, 2]) && !has(once, [2, 3]));
});

test("what a node takes, by head, the largest first", () => {
  assert.deepEqual(headsOfLayers(run), [2, 1]);
  assert.equal(channelOf(run, { layer: 1, head: 0 }), 2);
  const taken = takes(run, channelOf(run, { layer: 0, head: 1 }), 1);
  assert.deepEqual(
    taken.map(({ source }) => source),
    [2, 1, 0],
  );
});

test("the most probable class", () => {
  const probability = Object.assign([0.2, 0.8, 0.7, 0.3], { shape: [2, 2] });
  assert.deepEqual([answer(probability, 0).best, answer(probability, 1).share], [1, 0.7]);
});

test("points fill the picture: shares by both sides, features to one scale", () => {
  assert.deepEqual(placed([0, 0, 1, 1, 0.5, 0.25], [220, 120], 10, false), [
    [10, 10],
    [210, 110],
    [110, 35],
  ]);
  assert.deepEqual(placed([-1, 0, 3, 1], [220, 120], 10, true), [
    [10, 35],
    [210, 85],
  ]);
});
