import assert from "node:assert/strict";
import { test } from "node:test";
import { gains, gridOf, latents, latentsOf, places } from "./caption.js";

/** Of two layers and three pieces, numbers that tell where they are: layer, piece, photo, rest. */
const bytes = (length) =>
  Uint16Array.from({ length: 12 * length }, (_, at) => {
    const [layer, piece, photo] = [
      Math.floor(at / (6 * length)),
      Math.floor(at / (2 * length)) % 3,
      Math.floor(at / length) % 2,
    ];
    return 1000 * (layer + 1) + 100 * piece + 10 * photo + (at % length);
  });
const run = {
  factors: [0],
  written: [{ log_prob: [-1, -2, -0.5], blind_log_prob: [-1, -1.5, -2] }],
  arrays: {
    place_0: Object.assign(bytes(6), { shape: [2, 3, 2, 2, 3] }),
    place_max_0: Object.assign(new Float32Array(6).fill(65535), { shape: [2, 3] }),
    look_0: Object.assign(bytes(4), { shape: [2, 3, 2, 4] }),
    look_max_0: Object.assign(new Float32Array(6).fill(65535), { shape: [2, 3] }),
  },
};
const word = { factor: 0, layer: 1, piece: 2 };

test("places are those of the layer, the piece and the photo", () => {
  assert.deepEqual(gridOf(run), [2, 3]);
  assert.deepEqual([...places(run, word, 1)], [2210, 2211, 2212, 2213, 2214, 2215]);
  assert.deepEqual([...places(run, { ...word, layer: 0 }, 0)], [1200, 1201, 1202, 1203, 1204, 1205]);
});

test("latents are those of all photos, one after the other", () => {
  assert.deepEqual(latentsOf(run), [2, 4]);
  assert.deepEqual([...latents(run, word)], [2200, 2201, 2202, 2203, 2210, 2211, 2212, 2213]);
});

test("a gain is what the photo adds to a log probability", () => {
  assert.deepEqual(gains(run, 0), [0, -0.5, 1.5]);
});
