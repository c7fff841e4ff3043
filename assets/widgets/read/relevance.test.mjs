import assert from "node:assert/strict";
import { test } from "node:test";
import { mapRow } from "./relevance.js";

test("a row is that of its map and layer, as shares of 255", () => {
  const maps = Object.assign(Uint8Array.from([255, 0, 51, 255, 102, 255, 255, 204]), { shape: [2, 2, 2] });
  const shares = (map, layer) =>
    Array.from(mapRow({ arrays: { maps } }, map, layer), (share) => Math.round(share * 10));
  assert.deepEqual(shares(0, 1), [2, 10]);
  assert.deepEqual(shares(1, 0), [4, 10]);
  assert.deepEqual(shares(1, 1), [10, 8]);
});
