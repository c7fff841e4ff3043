import assert from "node:assert/strict";
import { test } from "node:test";
import { attentionRow, patchIn, reach, rolled, sees, stageAndBlock, token, visible, windowSlot } from "./swin.js";

const array = (values, shape = [values.length], kind = Uint16Array) => Object.assign(kind.from(values), { shape });

/** The windows of a map whose sides `window` divides, moved by `shift`: token -> window and region, as Swin does. */
function groups([rows, columns], window, shift) {
  const place = (at, side) => {
    const moved = (at - shift + side) % side;
    const region = moved < side - window ? 0 : moved < side - shift ? 1 : 2;
    return [Math.floor(moved / window), shift ? region : 0];
  };
  const names = new Map();
  return Array.from({ length: rows * columns }, (_, at) => {
    const key = JSON.stringify([place(Math.floor(at / columns), rows), place(at % columns, columns)]);
    if (!names.has(key)) names.set(key, names.size);
    return names.get(key);
  });
}

/** Two blocks on a map of 4×4, the second shifted, then one on 2×2: windows of 2. */
function run() {
  const blocks = [
    { stage: 0, grid: [4, 4], window: 2, shift: 0 },
    { stage: 0, grid: [4, 4], window: 2, shift: 1 },
    { stage: 1, grid: [2, 2], window: 2, shift: 0 },
  ];
  const arrays = {
    window_token_0: array([0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15], [4, 4]),
    attention_0: array(
      Array(4 * 2 * 4)
        .fill([255, 0, 0, 51])
        .flat(),
      [4, 2, 4, 4],
      Uint8Array,
    ),
    attention_max_0: array([...Array(32).keys()], [4, 2, 4], Float32Array),
  };
  for (const [index, { grid, window, shift }] of blocks.entries()) {
    arrays[`group_${index}`] = array(groups(grid, window, shift));
    arrays[`group_still_${index}`] = array(groups(grid, window, 0));
  }
  return { patch_size: 4, blocks, frames: [], arrays };
}

test("a patch lies in the token that was merged from it", () => {
  assert.deepEqual(
    [0, 3, 6, 12, 15].map((patch) => token(run(), 2, patch)),
    [0, 1, 1, 2, 3],
  );
  assert.equal(token(run(), 1, 9), 9);
});

test("a token's window, slot and neighbours", () => {
  const { window, slot, tokens } = windowSlot(run(), 0, 6);
  assert.deepEqual([window, slot, [...tokens]], [1, 2, [2, 3, 6, 7]]);
});

test("a row of attention is that of the window, head and slot", () => {
  const place = windowSlot(run(), 0, 6);
  assert.deepEqual([...attentionRow(run(), 0, place, 1)].map(Math.round), [14, 0, 0, 3]);
  assert.deepEqual([...attentionRow(run(), 0, place, "mean")].map(Math.round), [12, 0, 0, 2]);
});

test("tokens see their window only, and after the shift their region only", () => {
  assert.equal(sees(run(), 0, 0, 5), true);
  assert.equal(sees(run(), 0, 1, 2), false);
  assert.equal(sees(run(), 1, 5, 10), true);
  assert.equal(sees(run(), 1, 0, 15), false);
  assert.equal(visible(run(), 0, 6), 4);
});

test("the reach grows through shifted windows and by merging; without shifts only by merging", () => {
  const size = (name, count, patch) => reach(run(), name, count, patch).reduce((total, one) => total + one, 0);
  assert.equal(size("group", 0, 5), 1);
  assert.equal(size("group", 1, 5), 4);
  assert.equal(size("group", 2, 5), 16);
  assert.equal(size("group_still", 2, 5), 4);
  assert.equal(size("group", 2, 0), 4);
  assert.equal(size("group_still", 3, 0), 16);
});

test("cells roll round the edges, there and back", () => {
  assert.equal(rolled(0, -1, [4, 4]), 15);
  assert.equal(rolled(7, 2, [2, 4]), 5);
  for (let cell = 0; cell < 12; cell++) assert.equal(rolled(rolled(cell, -1, [3, 4]), 1, [3, 4]), cell);
});

test("the patch in the middle of a token lies in that token", () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((chosen) => patchIn(run(), 2, chosen)),
    [5, 7, 13, 15],
  );
  for (let chosen = 0; chosen < 4; chosen++) assert.equal(token(run(), 2, patchIn(run(), 2, chosen)), chosen);
  assert.equal(patchIn(run(), 0, 9), 9);
});

test("blocks are counted within their stage", () => {
  assert.deepEqual(
    [0, 1, 2].map((index) => Object.values(stageAndBlock(run(), index))),
    [
      [1, 1],
      [1, 2],
      [2, 1],
    ],
  );
});
