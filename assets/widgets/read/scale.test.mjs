import assert from "node:assert/strict";
import { test } from "node:test";
import { logShare } from "./scale.js";

test("equal steps of the power are equal steps of the scale", () => {
  for (const [value, share] of [
    [1, 1],
    [1e-3, 0.5],
    [1e-5, 1 / 6],
    [1e-6, 0],
  ]) {
    assert.ok(Math.abs(logShare(value, -6) - share) < 1e-12, `${value}`);
  }
  assert.ok(Math.abs(logShare(1e-3, -15) - 0.8) < 1e-12);
});

test("what lies outside is at the ends, also 0", () => {
  assert.deepEqual(
    [0, 1e-9, 1, 20].map((value) => logShare(value, -6)),
    [0, 0, 1, 1],
  );
});
