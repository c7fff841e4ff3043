import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, context, entropy, headsOf, lineRow, meanEntropy, softmax } from "./heads.js";

const shaped = (values, ...shape) => Object.assign(Float32Array.from(values), { shape });
const sizes = (...shape) => shaped(Array(shape.reduce((a, b) => a * b, 1)).fill(32767), ...shape);
/** One layer, one head of four dimensions, two tokens. */
const arrays = {
  decoder_query: shaped([1, 0, 0, 0, 0, 2, 0, 0], 1, 1, 2, 4),
  decoder_key: shaped([2, 0, 0, 0, 0, 4, 0, 0], 1, 1, 2, 4),
  decoder_value: shaped([1, 2, 3, 4, 5, 6, 7, 8], 1, 1, 2, 4),
  decoder_query_max: sizes(1, 1, 2),
  decoder_key_max: sizes(1, 1, 2),
  decoder_value_max: sizes(1, 1, 2),
  decoder_scores: shaped([1, 0, 0, 4], 1, 1, 2, 2),
  decoder_added: shaped([9, 9, 9, 9, 1, 1, 1, 1], 1, 1, 2, 4),
  decoder_added_max: sizes(1, 1, 2),
};
const run = { arrays, code: { stack: "decoder" } };
const own = { kind: "decoder", layer: 0, split: 0, masked: true, scaled: true };
const near = (found, wanted) =>
  found.forEach((one, at) => {
    assert.ok(Math.abs(one - wanted[at]) < 1e-5, `${found} is not ${wanted}`);
  });

test("softmax leaves out what is masked", () => {
  near(
    softmax(Float32Array.of(1, 1, 50), (column) => column < 2),
    [0.5, 0.5, 0],
  );
  near(
    softmax(Float32Array.of(-900, 900), () => true),
    [0, 1],
  );
});

test("the model's own heads are masked and scaled", () => {
  const heads = headsOf(run, own);
  assert.equal(heads.own, true);
  near(heads.attention[0][0], [1, 0]);
  near(heads.attention[0][1], [1 / (1 + Math.exp(4)), 1 / (1 + Math.exp(-4))]);
});

test("without the mask the first token sees the second", () => {
  const heads = headsOf(run, { ...own, masked: false });
  assert.equal(heads.own, false);
  near(heads.attention[0][0], [Math.E / (Math.E + 1), 1 / (Math.E + 1)]);
});

test("without the scale scores are √d times as large, and rows have less entropy", () => {
  const heads = headsOf(run, { ...own, masked: false, scaled: false });
  near(heads.scores[0][1], [0, 8]);
  assert.ok(meanEntropy(heads, 0) < meanEntropy(headsOf(run, { ...own, masked: false }), 0));
});

test("split anew, a head has its own dimensions and its own √d", () => {
  const heads = headsOf(run, { ...own, split: 2, masked: false });
  assert.deepEqual([heads.count, heads.dim], [2, 2]);
  near(heads.scores[0][1], [0, 8 / Math.sqrt(2)]);
  near(heads.scores[1][1], [0, 0]);
  near(context(heads, 1, 1), [5, 6]);
});

test("the split that the model has gives the same scores from queries and keys as were saved", () => {
  const two = {
    ...arrays,
    decoder_query: shaped([1, 0, 0, 2, 0, 0, 0, 0], 1, 2, 2, 2),
    decoder_key: shaped([2, 0, 0, 4, 0, 0, 0, 0], 1, 2, 2, 2),
    decoder_value: shaped([1, 2, 5, 6, 3, 4, 7, 8], 1, 2, 2, 2),
    ...{ decoder_query_max: sizes(1, 2, 2), decoder_key_max: sizes(1, 2, 2), decoder_value_max: sizes(1, 2, 2) },
    decoder_scores: shaped([2, 0, 0, 8, 0, 0, 0, 0], 1, 2, 2, 2),
  };
  near(headsOf({ arrays: two }, { ...own, split: 1 }).scores[0][1], [0, 4]);
});

test("entropy is in bits", () => {
  assert.equal(entropy([0.5, 0.5]), 1);
  assert.equal(entropy([1, 0]), 0);
});

const code = (masked, scaled) => ({
  ...{ kind: "decoder", masked, scaled, lines: [], split: [1, 2] },
  made: [[{ name: `${masked} ${scaled} whole` }], [{ name: `${masked} ${scaled} halves` }]],
  difference: [[1], [2]],
});

test("the code is that of the switches and of the split", () => {
  const all = { ...run, code: [code(true, true), code(true, false), code(false, true)] };
  assert.equal(codeOf(all, own).made[0].name, "true true whole");
  const other = codeOf(all, { ...own, masked: false, split: 2 });
  assert.deepEqual([other.made[0].name, other.difference], ["false true halves", [2]]);
  assert.throws(() => codeOf(all, { ...own, masked: false, scaled: false }));
});

test("a line of the code has its row, as the switches are", () => {
  const names = (...list) => list.map((name) => ({ name }));
  const row = (setting, made, step, at = {}) => {
    const heads = headsOf(run, { ...own, ...setting });
    const found = lineRow(run, heads, made, { kind: "decoder", layer: 0, head: 0, query: 0, key: 1, step, ...at });
    return found && [...found];
  };
  const whole = names("q", "k", "scores", "scores", "future", "scores", "joined", "output");
  const rows = [
    [1, 0, 0, 0],
    [0, 4, 0, 0],
    [2, 0],
    [1, 0],
    [0, 1],
    [1, Number.NEGATIVE_INFINITY],
    [1, 2, 3, 4],
    [9, 9, 9, 9],
  ];
  for (const [step, wanted] of rows.entries()) assert.deepEqual(row({}, whole, step), wanted);
  const bare = names("scores", "attention", "output");
  assert.deepEqual(row({ masked: false, scaled: false }, bare, 0), [2, 0]);
  near(row({ masked: false, scaled: false }, bare, 1), [Math.E ** 2 / (Math.E ** 2 + 1), 1 / (Math.E ** 2 + 1)]);
  assert.equal(row({ masked: false, scaled: false }, bare, 2), null);
  assert.deepEqual(row({ masked: false }, names("scores", "scores"), 1, { query: 1 }), [0, 4]);
  assert.deepEqual(row({ scaled: false }, names("scores", "future", "scores"), 2), [2, Number.NEGATIVE_INFINITY]);
});
