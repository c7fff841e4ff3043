import assert from "node:assert/strict";
import { test } from "node:test";
import { mapOfMaps } from "./position_maps.js";

test("each patch has its map at its place", () => {
  const values = Float32Array.from({ length: 36 }, (_, at) => at);
  const maps = mapOfMaps(values, [2, 3]);
  const cell = (patchRow, patchColumn, row, column) => maps[(2 * patchRow + row) * 9 + 3 * patchColumn + column];
  for (let patch = 0; patch < 6; patch++)
    for (let other = 0; other < 6; other++)
      assert.equal(cell(Math.floor(patch / 3), patch % 3, Math.floor(other / 3), other % 3), 6 * patch + other);
});
