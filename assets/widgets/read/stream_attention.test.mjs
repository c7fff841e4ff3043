import assert from "node:assert/strict";
import test from "node:test";
import { streamLength, streamRow, streamRows } from "./stream_attention.js";

/** Two places, one layer, two heads; two tokens of text before them. */
const run = () => ({
  written: [{ code: [5, 6], seen: [2, 3] }],
  arrays: {
    attention_0: Object.assign(new Uint8Array([255, 51, 0, 0, 0, 255, 0, 0, 255, 0, 51, 0, 102, 0, 255, 0]), {
      shape: [2, 1, 2, 4],
    }),
    attention_max_0: Object.assign(new Float32Array([0.5, 1, 0.5, 0.5]), { shape: [2, 1, 2] }),
  },
});
const near = (row, wanted) => {
  for (const [at, value] of row.entries()) assert.ok(Math.abs(value - wanted[at]) < 1e-6);
};

test("a row is as long as what its place sees", () => {
  const row = streamRow(run(), { which: 0, layer: 0, head: 0 }, 0);
  assert.equal(row.length, 2);
  near(row, [0.5, 0.1]);
  near(streamRow(run(), { which: 0, layer: 0, head: "mean" }, 1), [0.35, 0, 0.3]);
});

test("every place has its row, and the stream its length", () => {
  assert.deepEqual(
    streamRows(run(), { which: 0, layer: 0, head: 1 }).map((row) => row.length),
    [2, 3],
  );
  assert.equal(streamLength(run()), 4);
});
