import assert from "node:assert/strict";
import { test } from "node:test";
import { loss, ofPhoto, ofText, softmax, temperature } from "./match.js";

const run = { arrays: { cosine: Object.assign(Float32Array.from([0.5, 0, 0.25, 0.75]), { shape: [2, 2] }) } };
const near = (one, other) => assert.ok(Math.abs(one - other) < 1e-9, `${one} is not ${other}`);

test("rows are photos, columns sentences", () => {
  assert.deepEqual(ofPhoto(run, 1), [0.25, 0.75]);
  assert.deepEqual(ofText(run, 1), [0, 0.75]);
});

test("a softmax divides by the temperature", () => {
  const [first, second] = softmax([0.5, 0], 0.25);
  near(first + second, 1);
  near(first / second, Math.exp(2));
});

test("the temperature is the learned one until it is chosen", () => {
  near(temperature({ scale: 20 }, null), 0.05);
  near(temperature({ scale: 20 }, -2), 0.01);
});

test("the loss is the mean surprise of the diagonal, both ways; none without pairs", () => {
  const surprise = (own, other) => Math.log(1 + Math.exp((other - own) / 0.5));
  const rows = surprise(0.5, 0) + surprise(0.75, 0.25);
  const columns = surprise(0.5, 0.25) + surprise(0.75, 0);
  near(loss(run, 0.5), (rows + columns) / 4);
  const three = { arrays: { cosine: Object.assign(new Float32Array(6), { shape: [2, 3] }) } };
  assert.equal(loss(three, 0.5), null);
});
