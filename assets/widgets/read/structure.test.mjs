import assert from "node:assert/strict";
import { test } from "node:test";
import { ENTRY, EXIT, layerBoxes, stopOfBox } from "./structure.js";

const names = (stack) => layerBoxes(stack).map((boxes) => boxes.map(({ name }) => name));

test("where the norm comes last it stands with the sum", () => {
  const part = ["self_attention", "cross_attention", "feed_forward"];
  assert.deepEqual(names({ part, pre_norm: false, centred: true }), [
    ["self_attention", "add_norm"],
    ["cross_attention", "add_norm"],
    ["feed_forward", "add_norm"],
  ]);
});

test("where the norm comes first the shortcut goes around it", () => {
  const part = ["self_attention"];
  assert.deepEqual(names({ part, pre_norm: true, centred: true }), [["norm", "self_attention", "add"]]);
  assert.deepEqual(names({ part, pre_norm: true, centred: false }), [["norm_rms", "self_attention", "add"]]);
});

test("every vector of a part belongs to one of its boxes", () => {
  for (const pre_norm of [true, false]) {
    const [boxes] = layerBoxes({ part: ["feed_forward"], pre_norm, centred: true });
    const normed = pre_norm ? ["stream", "normed"] : ["stream"];
    const end = pre_norm ? ["sum"] : ["sum", "sum_normed"];
    assert.deepEqual(
      boxes.flatMap(({ vectors }) => vectors),
      [...normed, "hidden", "activated", "added", ...end],
    );
  }
});

test("a box leads to its stop", () => {
  const stack = { part: ["self_attention", "feed_forward"], layers: 3, pre_norm: false, centred: true };
  const [, [feedForward, addNorm]] = layerBoxes(stack);
  assert.deepEqual(
    [...ENTRY, feedForward, addNorm, EXIT].map((box) => stopOfBox(stack, box, 1)),
    [0, 1, 5, 5, 8],
  );
});
