// What sampling, a beam and a length penalty do to one distribution, whose log probabilities fall from rank to rank.

/** @typedef {{temperature: number, top_k: number, top_p: number, min_p?: number}} Warp */
/** @typedef {{sum: number, token: readonly number[]}} Hypothesis */

/**
 * Temperature, then top-k (0: off), then top-p, then min-p (0: off), as transformers does: what is left are the first
 * `kept` ranks, with their probabilities; `after_k` ranks were left after top-k, `after_p` after top-p, and at this
 * temperature the kept ones had `mass`. Logits do as well as log probabilities.
 * @param {ArrayLike<number>} logProb
 * @param {Warp} warp
 * @returns {{probability: Float64Array, kept: number, after_k: number, after_p: number, mass: number}}
 */
export function warped(logProb, { temperature, top_k, top_p, min_p = 0 }) {
  const weights = Float64Array.from(logProb, (value) => Math.exp((value - logProb[0]) / temperature));
  const possible = firstWhere(weights, (weight) => weight <= 0);
  // Tokens as probable as the last one that is kept are kept too.
  const after_k = top_k ? firstWhere(logProb, (value) => value < logProb[Math.min(top_k, possible) - 1]) : possible;
  const after_p = top_p < 1 ? withShare(weights.subarray(0, after_k), top_p) : after_k;
  const kept = Math.min(
    after_p,
    firstWhere(weights, (weight) => weight < min_p),
  );
  const [all, left] = [total(weights), total(weights.subarray(0, kept))];
  const probability = weights.subarray(0, kept).map((weight) => weight / left);
  return { probability, kept, after_k, after_p, mass: left / all };
}

/**
 * Logits under a repetition penalty, falling, and the place that each had: those of tokens that were `seen` are divided by
 * the penalty where they are positive, else multiplied (Keskar et al. 2019).
 * @param {ArrayLike<number>} logits
 * @param {ArrayLike<number>} seen
 * @param {number} penalty
 * @returns {{logits: Float32Array, order: number[]}}
 */
export function penalised(logits, seen, penalty) {
  const value = Float32Array.from(logits, (one, at) => (seen[at] ? (one < 0 ? one * penalty : one / penalty) : one));
  const order = Array.from(value.keys());
  if (penalty !== 1) order.sort((one, other) => value[other] - value[one]);
  return { logits: Float32Array.from(order, (at) => value[at]), order };
}

/**
 * Bits of a distribution that a warp has made.
 * @param {Float64Array} probability
 */
export const bits = (probability) =>
  probability.reduce((sum, share) => sum - (share > 0 ? share * Math.log2(share) : 0), 0);

/**
 * How many ranks top-p keeps: it cuts a tail as long as its share is at most 1 − p, and never the first.
 * @param {Float64Array} weights
 * @param {number} share
 */
function withShare(weights, share) {
  const most = (1 - share) * total(weights);
  let [kept, tail] = [weights.length, weights[weights.length - 1]];
  while (kept > 1 && tail <= most) {
    kept--;
    tail += weights[kept - 1];
  }
  return kept;
}

/** @type {(values: ArrayLike<number>, is: (value: number) => boolean) => number} */
function firstWhere(values, is) {
  for (let at = 0; at < values.length; at++) if (is(values[at])) return at;
  return values.length;
}

/** @param {Float64Array} values */
const total = (values) => {
  let sum = 0;
  for (let at = values.length - 1; at >= 0; at--) sum += values[at];
  return sum;
};

/**
 * A finished hypothesis's score: the sum of its log probabilities divided by its length to the power of the penalty.
 * @param {Hypothesis} hypothesis
 * @param {number} penalty
 */
export const scoreOf = ({ sum, token }, penalty) => sum / token.length ** penalty;

/**
 * Hypotheses with their scores, the best first.
 * @param {readonly Hypothesis[]} finished
 * @param {number} penalty
 */
export const ranked = (finished, penalty) =>
  finished.map((one, at) => ({ at, score: scoreOf(one, penalty) })).sort((one, other) => other.score - one.score);

/**
 * The penalties between two bounds at which two hypotheses change their order.
 * @param {readonly Hypothesis[]} finished
 * @param {readonly [number, number]} bounds
 */
export function crossings(finished, [lowest, highest]) {
  const found = finished.flatMap((one, at) =>
    finished
      .slice(at + 1)
      .map((other) => Math.log(one.sum / other.sum) / Math.log(one.token.length / other.token.length)),
  );
  return found.filter((penalty) => penalty > lowest && penalty < highest).sort((one, other) => one - other);
}

/**
 * Who is the best between two bounds of the penalty: stretches, each with its hypothesis.
 * @param {readonly Hypothesis[]} finished
 * @param {readonly [number, number]} bounds
 */
export function leaders(finished, bounds) {
  const edges = [bounds[0], ...crossings(finished, bounds), bounds[1]];
  /** @type {{from: number, to: number, at: number}[]} */
  const stretches = [];
  for (const [place, from] of edges.slice(0, -1).entries()) {
    const to = edges[place + 1];
    const { at } = ranked(finished, (from + to) / 2)[0];
    const before = stretches.at(-1);
    if (before?.at === at) before.to = to;
    else stretches.push({ from, to, at });
  }
  return stretches;
}
