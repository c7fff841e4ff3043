import assert from "node:assert/strict";
import { test } from "node:test";
import { heads, largest, meanRow, sharesOfLargest, sum } from "./attention.js";
import { attentionRow, halfCount } from "./vit.js";

const array = (shape, values, kind = Uint8Array) => Object.assign(kind.from(values), { shape });

test("a head stands for itself, mean for all of them", () => {
  assert.deepEqual(heads(2, 3), [2]);
  assert.deepEqual(heads("mean", 3), [0, 1, 2]);
});

test("rows kept as bytes come back as shares of their largest values, and their mean weighs them equally", () => {
  const bytes = [255, 51, 0, 255];
  assert.deepEqual([...meanRow(bytes, [0.5, 1], 2, [0])].map(round), [0.5, 0.1]);
  assert.deepEqual([...meanRow(bytes, [0.5, 1], 2, [0, 1])].map(round), [0.25, 0.55]);
});

test("two bytes a weight tell small ones apart that a byte does not", () => {
  const words = Uint16Array.from([65535, 126]);
  assert.deepEqual([...meanRow(words, [0.8], 2, [0])].map(round), [0.8, 0.0015]);
});

test("the largest of equals is the first", () => {
  assert.equal(largest([0.1, 0.4, 0.4]), 1);
  assert.equal(largest([Number.NaN, 0.1, Number.NaN, 0.4]), 3);
  assert.deepEqual([...sharesOfLargest([1, 4])], [0.25, 1]);
  assert.equal(sum([0.5, 1.5]), 2);
});

test("half of the weight was counted for each head, then for the mean and the rollout", () => {
  const half = array([1, 4, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  const asked = [0, 1, "mean", "rollout"].map((head) => halfCount({ arrays: { half } }, 0, 1, head));
  assert.deepEqual(asked, [2, 4, 6, 8]);
});

test("a ViT's row is that of the asked layer, head and query; rollout has one row for each layer and query", () => {
  const [layers, count, tokens] = [2, 3, 2];
  const rows = layers * count * tokens;
  const arrays = {
    attention: array([layers, count, tokens, tokens], Array(rows).fill([255, 0]).flat()),
    attention_max: array([layers, count, tokens], [...Array(rows).keys()], Float32Array),
    rollout: array(
      [layers, tokens, tokens],
      Array(layers * tokens)
        .fill([0, 255])
        .flat(),
    ),
    rollout_max: array([layers, tokens], [0.1, 0.2, 0.3, 0.4], Float32Array),
  };
  const run = { grid: [1, 1], prefix: ["CLS"], patch_size: 1, arrays };
  assert.deepEqual([...attentionRow(run, 1, 0, 2)], [10, 0]);
  assert.deepEqual([...attentionRow(run, 1, 1, "mean")], [9, 0]);
  assert.deepEqual([...attentionRow(run, 1, 0, "rollout")].map(round), [0, 0.3]);
});

const round = (value) => Number(value.toFixed(4));
