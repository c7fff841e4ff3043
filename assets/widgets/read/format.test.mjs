import assert from "node:assert/strict";
import { test } from "node:test";
import { bytePercent, cellName, format, number, percent, powerOfTen, scientific, sentences, word } from "./format.js";
import { longest, pieceName, sentence } from "./pieces.js";

test("every gap of a sentence is filled, also twice and with 0", () => {
  assert.equal(format("{a} of {b}, {a}", { a: 0, b: "two" }), "0 of two, 0");
});

test("a share is as fine as it came", () => {
  assert.deepEqual([0.0004, 0.0123, 0.5].map(bytePercent), ["< 0.1%", "1.2%", "50.0%"]);
  assert.deepEqual([0.0004, 0.0123, 0.0994, 0.0996, 0.5].map(percent), ["< 0.1%", "1.23%", "9.94%", "10.0%", "50.0%"]);
});

test("numbers have a real minus and commas", () => {
  assert.equal(number(-1234.5, 1), "−1,234.5");
  assert.equal(number(12), "12");
  assert.equal(number(-0.004, 2), "0.00");
});

test("small numbers are told with a power of ten", () => {
  assert.deepEqual([0, -1, -15, 20].map(powerOfTen), ["1", "10⁻¹", "10⁻¹⁵", "10²⁰"]);
  const told = [0.4949, 1, 0.0096, 0.0094, 8.66e-5, 1e-15, 9e-16, 0].map((value) => scientific(value, -15));
  assert.deepEqual(told, ["0.49", "1.0", "0.0096", "9.4 × 10⁻³", "8.7 × 10⁻⁵", "1.0 × 10⁻¹⁵", "< 10⁻¹⁵", "< 10⁻¹⁵"]);
});

test("sentences follow one another as their language has it", () => {
  assert.equal(sentences("One.", "", "Two."), "One. Two.");
  assert.equal(sentences("一。", "二！", "三"), "一。二！三");
  assert.equal(sentences(), "");
});

test("a composed key gives its text", () => {
  assert.equal(word({ over_a: "A", over_b: "B" }, "over_", "b"), "B");
  assert.equal(word({ a_title: "T" }, "", "a", "_title"), "T");
});

test("cells count from 1, by row and column", () => {
  assert.equal(cellName("{number}: {row}/{column}", 9, [3, 4]), "10: 3/2");
});

test("pieces are read as words, and the marks of a sentence are not", () => {
  const text = { end: "END", mask: "MASK" };
  assert.deepEqual(
    ["▁dog", "s", "</s>", "<mask>"].map((piece) => pieceName(piece, text)),
    ["·dog", "s", "END", "MASK"],
  );
  assert.equal(sentence(["<s>", "▁Two", "▁dog", "s", "<mask>", "</s>"]), "Two dogs");
  assert.equal(longest(["a", "abc", "abd"]), "abc");
});
