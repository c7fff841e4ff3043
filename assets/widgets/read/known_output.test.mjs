import assert from "node:assert/strict";
import { test } from "node:test";
import { brightness, changeAt, changesOf, differenceText, isStill, lossOf } from "./known_output.js";

/** Two tokens changed, three predictions. */
const run = {
  piece: ["a", "b", "c"],
  says: [0, 1, 2],
  arrays: {
    causal_token: [0, 1, 2],
    causal_probability: [0.5, 0.6, 0.7],
    causal_difference: [0, 0.25, 0.01, 0, 0, Number.NaN],
    causal_then: [0, 2, 2, 0, 1, -1],
    causal_then_probability: [0.5, 0.4, 0.8, 0.5, 0.6, Number.NaN],
  },
};

test("a change is that of its row and column", () => {
  const change = changeAt(run, "causal", 0, 1);
  assert.deepEqual(change, { difference: 0.25, token: "b", probability: 0.6, after: "c", afterProbability: 0.4 });
  assert.equal(changeAt(run, "causal", 1, 1).after, "b");
  assert.equal(changeAt(run, "causal", 1, 2).after, null);
  assert.deepEqual(
    changesOf(run, "causal", 0).map(({ after }) => after),
    ["a", "c", "c"],
  );
});

test("what did not move is black, and the least move is not", () => {
  assert.equal(brightness(0), 0);
  assert.equal(brightness(1), 1);
  assert.ok(brightness(1e-5) > 0.15);
  assert.ok(Number.isNaN(brightness(Number.NaN)));
  assert.ok(isStill(1e-7) && !isStill(1e-5) && !isStill(Number.NaN));
  assert.equal(differenceText(0), "0");
  assert.equal(differenceText(0.254), "0.25");
  assert.equal(differenceText(0.00012), "1.2 × 10⁻⁴");
});

test("the loss is the mean of −log p", () => {
  assert.equal(lossOf([-1, -2, 0]), 1);
});
