import assert from "node:assert/strict";
import { test } from "node:test";
import { countSeen, seenRows, sightSize } from "./sight.js";

const array = (rows) => Object.assign(Float32Array.from(rows.flat()), { shape: [rows.length, rows[0].length] });
const sight = { name: "target", query: ["a", "b"], key: ["a", "b", "c"] };
const run = {
  sights: [sight],
  arrays: {
    attention_target: array([
      [1, 0, 0],
      [0.25, 0.75, 0],
    ]),
    largest_target: array([
      [1, 0, 0],
      [0.5, 1, 0],
    ]),
  },
};

test("a row ends where the last key is that some head sees", () => {
  assert.deepEqual(
    seenRows(run, sight).map((row) => [...row]),
    [[1], [0.25, 0.75]],
  );
  assert.deepEqual(sightSize(sight), [2, 3]);
  assert.equal(countSeen(run, sight), 3);
});
