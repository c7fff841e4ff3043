import assert from "node:assert/strict";
import { test } from "node:test";
import { crossings, leaders, ranked, scoreOf, warped } from "./sampling.js";

const OFF = { temperature: 1, top_k: 0, top_p: 1 };
/** Log probabilities of a vocabulary, the most probable first. */
const logs = (...probabilities) => Float32Array.from(probabilities, Math.log);
const near = (found, wanted, slack = 1e-6) => {
  assert.equal(found.length, wanted.length);
  for (const [at, value] of wanted.entries()) assert.ok(Math.abs(found[at] - value) < slack, `${found} ${wanted}`);
};

/** The same by the definitions: powers of probabilities, sets of tokens, cumulated from the most probable one on. */
function byDefinition(probability, { temperature, top_k, top_p }) {
  const share = (values) => values.map((value) => value / values.reduce((sum, one) => sum + one, 0));
  let left = share(probability.map((one) => one ** (1 / temperature)));
  if (top_k) left = share(left.slice(0, top_k));
  let [count, reached] = [0, 0];
  while (count < left.length && (top_p === 1 || reached < top_p)) reached += left[count++];
  return share(left.slice(0, count));
}

test("the model's own distribution stays as it is", () => {
  const { probability, kept, mass } = warped(logs(0.5, 0.3, 0.2), OFF);
  near(probability, [0.5, 0.3, 0.2]);
  assert.deepEqual([kept, Math.round(mass * 1e6)], [3, 1e6]);
});

test("temperature, top-k and top-p are those of their definitions, together too", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  for (let round = 0; round < 200; round++) {
    const raw = Array.from({ length: 3 + Math.floor(60 * random()) }, () => random() ** 4 + 1e-6).sort((a, b) => b - a);
    const sum = raw.reduce((so_far, one) => so_far + one, 0);
    const own = raw.map((one) => one / sum);
    const warp = {
      temperature: 0.2 + 1.8 * random(),
      top_k: [0, 1, 3, 50][round % 4],
      top_p: [1, 0.9, 0.37, 0.05][round % 3],
    };
    near(warped(logs(...own), warp).probability, byDefinition(own, warp), 1e-5);
  }
});

test("tokens as probable as the last one of top-k are kept, forbidden ones never", () => {
  assert.equal(warped(logs(0.4, 0.2, 0.2, 0.2), { ...OFF, top_k: 2 }).kept, 4);
  const forbidden = Float32Array.from([Math.log(0.75), Math.log(0.25), -Infinity, -Infinity]);
  assert.equal(warped(forbidden, OFF).kept, 2);
  assert.equal(warped(forbidden, { ...OFF, top_k: 3 }).kept, 2);
  assert.equal(warped(logs(0.9, 0.1), { ...OFF, top_p: 0.05 }).kept, 1);
});

test("what top-k leaves is told, and how much of the probability stays", () => {
  const { after_k, kept, mass, probability } = warped(logs(0.4, 0.3, 0.2, 0.1), { ...OFF, top_k: 3, top_p: 0.7 });
  assert.deepEqual([after_k, kept], [3, 2]);
  near([mass, ...probability], [0.7, 4 / 7, 3 / 7]);
});

/** Sums -2 and -3 over 2 and 4 tokens: equal where (4/2)^penalty = 3/2; a third one is always behind. */
const FINISHED = [
  { sum: -2, token: [1, 2] },
  { sum: -3, token: [1, 2, 3, 4] },
  { sum: -9, token: [1, 2] },
];

test("a score is the sum divided by a power of the length", () => {
  assert.equal(scoreOf(FINISHED[1], 0), -3);
  assert.equal(scoreOf(FINISHED[1], 1), -0.75);
  assert.deepEqual(
    ranked(FINISHED, 1).map(({ at }) => at),
    [1, 0, 2],
  );
});

test("ranks change where two scores are equal, and the best one with them", () => {
  const places = crossings(FINISHED, [-1, 2]);
  near(places, [Math.log(1.5) / Math.log(2)]);
  assert.deepEqual(leaders(FINISHED, [-1, 2]), [
    { from: -1, to: places[0], at: 0 },
    { from: places[0], to: 2, at: 1 },
  ]);
  assert.deepEqual(leaders(FINISHED.slice(0, 1), [-1, 2]), [{ from: -1, to: 2, at: 0 }]);
});
