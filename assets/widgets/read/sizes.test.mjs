import assert from "node:assert/strict";
import { test } from "node:test";
import { multiplyAdds, parameters, short, total } from "./sizes.js";

const base = {
  encoder_layers: 6,
  decoder_layers: 6,
  width: 512,
  inner: 2048,
  vocabulary: 37000,
  positions: 0,
  patch_values: 0,
  labels: 0,
  pre_norm: false,
  source: 10,
  target: 5,
};

test("the base model of 2017 by hand", () => {
  const found = parameters(base);
  assert.equal(found.embedding, 37000 * 512);
  assert.equal(found.cross_attention, 6 * 4 * (512 * 512 + 512));
  assert.equal(found.decoder_norm, 6 * 3 * 2 * 512);
  assert.equal(total(found), 63082496);
});

test("an encoder alone has neither cross-attention nor a decoder, a decoder alone no cross-attention", () => {
  const alone = parameters({ ...base, decoder_layers: 0, pre_norm: true });
  assert.deepEqual([alone.cross_attention, alone.decoder_attention, alone.decoder_norm], [0, 0, 0]);
  assert.equal(alone.encoder_norm, (6 * 2 + 1) * 2 * 512);
  const decoder = parameters({ ...base, encoder_layers: 0 });
  assert.deepEqual([decoder.cross_attention, decoder.encoder_norm], [0, 0]);
});

test("multiply-adds by hand", () => {
  const found = multiplyAdds({ ...base, encoder_layers: 1, decoder_layers: 1, width: 4, inner: 8, vocabulary: 7 });
  assert.equal(found.encoder_attention, 4 * 10 * 16 + 2 * 100 * 4);
  assert.equal(found.cross_attention, 2 * 5 * 16 + 2 * 10 * 16 + 2 * 5 * 10 * 4);
  assert.equal(found.decoder_feed_forward, 2 * 5 * 4 * 8);
  assert.equal(found.head, 5 * 7 * 4);
});

test("counts are read in short", () =>
  assert.deepEqual([768, 12345, 63082496, 1.5e11].map(short), ["768", "12.3 k", "63.1 M", "150.0 G"]));
