import assert from "node:assert/strict";
import { test } from "node:test";
import { format, parse } from "./link.js";

const link = {
  exhibit: "decoding",
  view: "decode",
  asked: { sentence: "Zwei Hunde & #1? 一只狗 = 2+2", top_k: "3" },
  state: { step: 4, cell: [1, 2], mode: "a/b" },
};

test("a link says again what was written", () => {
  assert.deepEqual(parse(format(link)), link);
});

test("what is as a page shows it first is not in the link", () => {
  assert.equal(format({ ...link, asked: {}, state: {} }), "#decoding/decode");
  assert.equal(format({ ...link, asked: {}, state: null }), "#decoding/decode");
  assert.deepEqual(parse("#decoding/decode"), { exhibit: "decoding", view: "decode", asked: {}, state: null });
});

test("a page without a link has none", () => {
  assert.equal(parse(""), null);
  assert.equal(parse("#"), null);
});

test("nonsense is read as far as it can be", () => {
  assert.deepEqual(parse("#fields"), { exhibit: "fields", view: "", asked: {}, state: null });
  assert.deepEqual(parse("#%E0%A4%A/x?state=[1]&a=%zz"), {
    exhibit: "%E0%A4%A",
    view: "x",
    asked: { a: "%zz" },
    state: null,
  });
  for (const state of ["{", "3", "null", ""]) assert.equal(parse(`#a/b?state=${state}`).state, null);
});
