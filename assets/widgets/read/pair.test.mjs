import assert from "node:assert/strict";
import { test } from "node:test";
import { levelAt, middleOf, swinSpot, tokenAt, vitSpot } from "./pair.js";

const array = (shape, values, kind = Uint8Array) => Object.assign(kind.from(values), { shape });

test("both models are asked at the same share of their depth", () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((step) => levelAt(step, 4, 4)),
    [0, 1, 2, 3],
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((step) => levelAt(step, 4, 2)),
    [0, 0, 1, 1],
  );
  assert.equal(levelAt(0, 1, 1), 0);
});

test("a point lies in a token of each map", () => {
  assert.equal(tokenAt([4, 4], [0.5, 0.99]), 11);
  assert.equal(tokenAt([2, 2], [0.5, 0.49]), 2);
  assert.deepEqual(middleOf([2, 4], 6), [0.75, 0.625]);
  assert.equal(tokenAt([2, 4], middleOf([2, 4], 6)), 6);
});

test("a ViT's token sees every patch, and what goes to CLS is left out", () => {
  const arrays = {
    attention: array([1, 1, 3, 3], [0, 0, 0, 0, 0, 0, 255, 51, 102]),
    attention_max: array([1, 1, 3], [1, 1, 0.5], Float32Array),
    half: array([1, 3, 3], [1, 1, 1, 1, 1, 2, 1, 1, 1], Uint16Array),
  };
  const { weights, visible, half, token } = vitSpot({ grid: [1, 2], prefix: ["CLS"], arrays }, 0, [0, 0.5]);
  assert.deepEqual([[...weights].map((weight) => weight.toFixed(2)), visible, token], [["0.10", "0.20"], 2, 1]);
  assert.equal(half, 2);
});

test("a Swin's weights lie where its window's tokens lie", () => {
  const arrays = {
    window_token_0: array([2, 1], [1, 0]),
    group_0: array([2], [0, 1]),
    attention_0: array([2, 1, 1, 1], [255, 255]),
    attention_max_0: array([2, 1, 1], [0.25, 1], Float32Array),
    half_0: array([2, 1], [1, 3], Uint16Array),
  };
  const run = { blocks: [{ grid: [1, 2], window: 1, shift: 0, stage: 0 }], arrays };
  const { weights, visible, half, token } = swinSpot(run, 0, [0, 0.5]);
  assert.deepEqual([[...weights], visible, half, token], [[0, 0.25], 1, 1, 1]);
});
