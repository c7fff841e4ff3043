// A graph by its edges: who looks at whom, how far one hears, and edges that are cut or added.

/** @typedef {import("../core/lab").GraphRun} Run */
/** @typedef {import("../core/lab").GraphPair} Pair */

/**
 * The channel of a layer's head.
 * @param {Run} run
 * @param {{layer: number, head: number}} state
 */
export const channelOf = ({ arrays }, { layer, head }) =>
  arrays.channel_layer.findIndex((at, channel) => at === layer && arrays.channel_head[channel] === head);

/**
 * How many heads each layer has.
 * @param {Run} run
 * @returns {number[]}
 */
export function headsOfLayers({ arrays }) {
  /** @type {number[]} */
  const counts = [];
  for (const layer of arrays.channel_layer) counts[layer] = (counts[layer] ?? 0) + 1;
  return counts;
}

/**
 * Undirected edges that are there now, loops left out.
 * @param {Run} run
 * @returns {Pair[]}
 */
export const pairsOf = ({ arrays: { source, target } }) =>
  Array.from(source, (from, at) => /** @type {Pair} */ ([from, target[at]])).filter(([from, to]) => from < to);

/**
 * Two different nodes as an edge is written.
 * @param {number} one
 * @param {number} other
 * @returns {Pair}
 */
export const pairOf = (one, other) => (one < other ? [one, other] : [other, one]);

/**
 * Whether an edge is among some.
 * @param {readonly Pair[]} pairs
 * @param {Pair} pair
 */
export const has = (pairs, [first, second]) => pairs.some(([one, other]) => one === first && other === second);

/**
 * The changes with this edge changed too, or no longer.
 * @param {readonly Pair[]} changes
 * @param {Pair} pair
 * @returns {Pair[]}
 */
export const toggled = (changes, pair) =>
  has(changes, pair) ? changes.filter((one) => one.join() !== pair.join()) : [...changes, pair];

/**
 * The weights with which a node takes, the largest first; its own among them. None where they have no part in an answer.
 * @param {Run} run
 * @param {number} channel
 * @param {number} node
 * @returns {{source: number, weight: number}[]}
 */
export function takes({ arrays: { source, target, weight } }, channel, node) {
  const row = weight.subarray(channel * source.length, (channel + 1) * source.length);
  const taken = Array.from(row, (one, at) => ({ source: source[at], weight: one })).filter(
    (one, at) => target[at] === node && !Number.isNaN(one.weight),
  );
  return taken.sort((one, other) => other.weight - one.weight);
}

/**
 * How many layers it takes until a node hears of each other one: 0 for itself, Infinity where there is no way.
 * @param {Run} run
 * @param {number} node
 * @returns {number[]}
 */
export function hops({ nodes, arrays: { source, target } }, node) {
  const found = nodes.map((_, at) => (at === node ? 0 : Number.POSITIVE_INFINITY));
  for (let hop = 1, before = -1, reached = 1; reached > before; hop++) {
    before = reached;
    for (const [at, to] of target.entries()) {
      if (found[to] === hop - 1 && found[source[at]] > hop) found[source[at]] = hop;
    }
    reached = found.filter(Number.isFinite).length;
  }
  return found;
}

/**
 * The most probable class of a node; -1 where nothing is said of it.
 * @param {ArrayLike<number> & {shape: number[]}} probability
 * @param {number} node
 */
export function answer(probability, node) {
  const count = probability.shape[1];
  const row = Array.from({ length: count }, (_, at) => probability[node * count + at]);
  const best = row.indexOf(Math.max(...row));
  return { best, share: row[best], row };
}

/**
 * Points (point, 2) in a picture of some width and height, within its margin; both axes to the same scale or, for what
 * already lies in [0, 1], each to its own.
 * @param {ArrayLike<number>} points
 * @param {readonly [number, number]} size
 * @param {number} margin
 * @param {boolean} even
 * @returns {[number, number][]}
 */
export function placed(points, size, margin, even) {
  const count = points.length / 2;
  const column = (/** @type {number} */ axis) => Array.from({ length: count }, (_, at) => points[2 * at + axis]);
  const ranges = [0, 1].map((axis) => (even ? [Math.min(...column(axis)), Math.max(...column(axis))] : [0, 1]));
  const scales = ranges.map(([low, high], axis) => (size[axis] - 2 * margin) / Math.max(high - low, 1e-9));
  const scale = even ? [Math.min(...scales), Math.min(...scales)] : scales;
  return Array.from({ length: count }, (_, at) => {
    const [x, y] = [0, 1].map((axis) => {
      const [low, high] = ranges[axis];
      return size[axis] / 2 + scale[axis] * (points[2 * at + axis] - (low + high) / 2);
    });
    return [x, y];
  });
}
