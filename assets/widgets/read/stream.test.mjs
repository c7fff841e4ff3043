import assert from "node:assert/strict";
import { test } from "node:test";
import { cosine, layerNorm, layerOf, length, lens, stopCount, stopOf, way } from "./stream.js";

const shaped = (values, ...shape) => Object.assign(Float32Array.from(values), { shape });
/** 16-bit numbers of which each is worth 1/32767 of the largest, which is 32767 here: as they stand. */
const whole = (values, ...shape) => shaped(values, ...shape);
const sizes = (...shape) => shaped(Array(shape.reduce((a, b) => a * b, 1)).fill(32767), ...shape);

const stack = (pre_norm) => ({
  stack: "vit",
  token: ["a"],
  part: ["self_attention", "feed_forward"],
  layers: 1,
  pre_norm,
  centred: true,
  adds_position: true,
  eps: 0,
  name: ["x", "y"],
});
const arrays = {
  vit_embedding: whole([1, 2], 1, 2),
  vit_position: whole([3, 3], 1, 2),
  vit_start: whole([4, 5], 1, 2),
  vit_added: whole([2, -2, 1, 5], 1, 2, 1, 2),
  vit_embedding_max: sizes(1),
  vit_position_max: sizes(1),
  vit_start_max: sizes(1),
  vit_added_max: sizes(1, 2, 1),
  vit_norm_weight: shaped([2, 2, 3, 3], 1, 2, 2),
  vit_norm_bias: shaped([0, 1, 0, 0], 1, 2, 2),
  vit_top: shaped([0, 1, 1, 0, 1, 0], 3, 1, 2),
  vit_top_probability: shaped([0.9, 0.1, 0.6, 0.4, 0.7, 0.3], 3, 1, 2),
};

test("a norm takes the mean off and divides by the spread, then weight and bias", () => {
  assert.deepEqual([...layerNorm([1, 3], [2, 2], [0, 1], { eps: 0, centred: true })], [-2, 3]);
  assert.deepEqual([...layerNorm([1, 7], [5, 5], [0, 0], { eps: 0, centred: false })], [1, 7]);
});

test("where the norm comes first the stream is a sum", () => {
  const stops = way({ arrays, stacks: [] }, stack(true), 0);
  assert.deepEqual(
    stops.map((stop) => [...stop.after]),
    [
      [1, 2],
      [4, 5],
      [6, 3],
      [7, 8],
      [7, 8],
    ],
  );
  const named = Object.fromEntries(stops[2].vectors.map(({ name, numbers }) => [name, [...numbers]]));
  assert.deepEqual(named, { stream: [4, 5], normed: [-2, 3], added: [2, -2], sum: [6, 3] });
});

test("where the norm comes last each sum is normalised", () => {
  const stops = way({ arrays, stacks: [] }, stack(false), 0);
  assert.deepEqual([...stops[2].after], [2, -1]);
  assert.deepEqual([...stops[3].after], [-3, 3]);
  assert.deepEqual(
    stops[3].vectors.map(({ name }) => name),
    ["stream", "added", "sum", "sum_normed"],
  );
});

test("without positions the embedding enters alone", () => {
  const [, second] = way({ arrays, stacks: [], positions: false }, stack(true), 0);
  assert.deepEqual(
    second.vectors.map(({ name }) => name),
    ["embedding", "stream"],
  );
  assert.equal(second.added, null);
});

test("stops are counted: two before the layers, one behind", () => {
  const one = { ...stack(true), layers: 3 };
  assert.equal(stopCount(one), 9);
  assert.equal(stopOf(one, 2, 1), 7);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 7, 8].map((stop) => layerOf(one, stop)),
    [-1, -1, 0, 0, 1, 2, -2],
  );
});

test("the lens names what each state says", () => {
  const stops = way({ arrays, stacks: [] }, stack(true), 0);
  assert.deepEqual(
    stops.map(({ state }) => lens({ arrays, stacks: [] }, stack(true), state, 0)[0]?.name),
    [undefined, "x", "y", "y", "y"],
  );
});

test("length and cosine", () => {
  assert.equal(length([3, 4]), 5);
  assert.equal(cosine([1, 0], [0, 2]), 0);
});
