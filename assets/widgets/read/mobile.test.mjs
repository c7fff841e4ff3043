import assert from "node:assert/strict";
import { test } from "node:test";
import {
  attentionRow,
  coloursOf,
  fieldOf,
  framesOf,
  halfCount,
  patchesOf,
  placesOf,
  reach,
  reads,
  setOf,
  slotOf,
  windowOf,
} from "./mobile.js";

const array = (values, shape, kind) => Object.assign(kind.from(values), { shape });

/** A map of 4×6 in patches of 2×2, whose neighbours are 2 pixels apart; two Transformer layers. */
const block = {
  stage: 3,
  grid: [4, 6],
  patch: 2,
  kernel: 3,
  jump: 2,
  layers: 2,
  fields: [
    [-1, 4],
    [-3, 6],
    [-3, 6],
    [-3, 6],
    [-5, 8],
  ],
  everywhere: [false, false, true, true, true],
};

test("the film has a picture for every layer, each with its map", () => {
  assert.deepEqual(
    framesOf(block).map(({ kind, map, layer }) => `${kind} ${map} ${layer}`),
    ["input 0 null", "local 1 null", "unfold 1 null", "attention 2 0", "attention 3 1", "fold 3 null", "fusion 4 null"],
  );
});

test("every pixel is in one set, at the place of its patch", () => {
  assert.deepEqual([placesOf(block), patchesOf(block)], [4, 6]);
  assert.deepEqual(slotOf(block, 13), { place: 1, patch: 3 });
  assert.deepEqual(setOf(block, 1), [1, 3, 5, 13, 15, 17]);
  const all = [0, 1, 2, 3].flatMap((place) => setOf(block, place)).sort((one, other) => one - other);
  assert.deepEqual(all, [...Array(24).keys()]);
  for (let place = 0; place < 4; place++) {
    for (const [patch, pixel] of setOf(block, place).entries())
      assert.deepEqual(slotOf(block, pixel), { place, patch });
  }
});

test("a row of attention is that of the layer, place, head and patch", () => {
  const rows = 2 * 4 * 2 * 6;
  const run = {
    blocks: [block],
    arrays: {
      attention_0: array(Array(rows).fill([255, 0, 0, 51, 0, 0]).flat(), [2, 4, 2, 6, 6], Uint8Array),
      attention_max_0: array([...Array(rows).keys()], [2, 4, 2, 6], Float32Array),
      half_0: array([...Array(2 * 4 * 3 * 6).keys()], [2, 4, 3, 6], Uint16Array),
    },
  };
  const row = (1 * 4 + 1) * 2 * 6 + 3;
  assert.deepEqual([...attentionRow(run, 0, 1, 13, 1)].map(Math.round), [
    row + 6,
    0,
    0,
    Math.round((row + 6) / 5),
    0,
    0,
  ]);
  assert.equal(Math.round(attentionRow(run, 0, 1, 13, "mean")[0]), row + 3);
  assert.equal(halfCount(run, 0, 1, 13, 1), ((1 * 4 + 1) * 3 + 1) * 6 + 3);
  assert.equal(halfCount(run, 0, 1, 13, "mean"), ((1 * 4 + 1) * 3 + 2) * 6 + 3);
});

test("convolution reaches the neighbours, attention the set and its neighbours, fusion everything", () => {
  const cells = (kind, pixel) => [...reach(block, kind, pixel)].flatMap((is, at) => (is ? [at] : []));
  assert.deepEqual(cells("input", 13), [13]);
  assert.deepEqual(cells("local", 13), [6, 7, 8, 12, 13, 14, 18, 19, 20]);
  assert.deepEqual(cells("unfold", 0), [0, 1, 6, 7]);
  assert.equal(cells("attention", 13).length, 24);
  assert.equal(cells("fold", 0).length, 24);
  assert.equal(cells("fusion", 23).length, 24);
});

test("a step reads the pixel, its window or its set", () => {
  const cells = (kind, pixel) => [...reads(block, kind, pixel)].flatMap((is, at) => (is ? [at] : []));
  for (const kind of ["input", "unfold", "fold"]) assert.deepEqual(cells(kind, 13), [13]);
  for (const kind of ["local", "fusion"]) assert.deepEqual(cells(kind, 5), [4, 5, 10, 11]);
  assert.deepEqual(cells("attention", 13), setOf(block, 1));
});

test("what attention does not reach through the neighbours of its set stays out", () => {
  const sparse = { ...block, grid: [8, 8], patch: 4 };
  const count = (kind, pixel) => reach(sparse, kind, pixel).reduce((total, one) => total + one, 0);
  assert.equal(count("attention", 9), 4 * 9);
  assert.equal(count("fusion", 9), 64);
});

test("a convolution's window ends at the border", () => {
  assert.deepEqual(windowOf(block, 8), { top: 0, left: 1, bottom: 3, right: 4 });
  assert.deepEqual(windowOf(block, 23), { top: 2, left: 4, bottom: 4, right: 6 });
});

test("a pixel sees its box of the photo, and all of it after attention", () => {
  assert.deepEqual(fieldOf(block, 0, 13), [3, 1, 8, 6]);
  assert.deepEqual(fieldOf(block, 1, 0), [0, 0, 6, 6]);
  assert.deepEqual(fieldOf(block, 1, 23), [3, 7, 8, 12]);
  assert.deepEqual(fieldOf(block, 2, 13), [0, 0, 8, 12]);
});

test("a pixel of the map has the mean colour of the photo there", () => {
  const values = Array.from({ length: 8 * 12 * 3 }, (_, at) => Math.floor(at / 3) + 50 * (at % 3));
  const colours = coloursOf(array(values, [8, 12, 3], Uint8Array), block);
  assert.equal(colours.length, 24);
  const mean = (26 + 27 + 38 + 39) / 4;
  assert.deepEqual(colours[7], [mean, mean + 50, mean + 100, 255]);
});
