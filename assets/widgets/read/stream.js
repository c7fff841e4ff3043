// The residual stream of one token: what every part reads, adds and leaves, from a walk's numbers.
import { normalised, rescaled, rescaledByRms } from "./norm.js";
import { slice } from "./slice.js";

/** @typedef {import("../core/lab").Arrays} Arrays */
/** @typedef {import("../core/lab").FlowRun} FlowRun */
/** @typedef {import("../core/lab").StackMeta} StackMeta */
/** @typedef {import("../core/lab").PartKind} PartKind */
/**
 * @typedef {"embedding" | "position" | "stream" | "normed" | "normed_rms" | "hidden" | "activated" | "added" | "sum" |
 *   "sum_normed"} VectorName
 */
/** @typedef {{name: VectorName, numbers: Float32Array}} Vector */
/**
 * A stop on the way: `layer` is -1 before the first and -2 after the last. vectors: in the order in which they are made.
 * before and after: the stream; added: what the stop adds; state: of the logit lens, -1 where there is none.
 * @typedef {{
 *   kind: "embedding" | "position" | PartKind | "head", layer: number, part: number, state: number, vectors: Vector[],
 *   before: Float32Array | null, added: Float32Array | null, after: Float32Array,
 * }} Stop
 */

const LIMIT = 32767;

/**
 * A vector that came as 16-bit numbers with its largest size.
 * @param {Arrays} arrays
 * @param {string} name
 * @param {...number} indices
 */
export function vector(arrays, name, ...indices) {
  const [top] = slice(arrays[`${name}_max`], ...indices);
  return Float32Array.from(slice(arrays[name], ...indices), (value) => (value / LIMIT) * top);
}

/**
 * LayerNorm, or RMSNorm where it is not centred.
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} weight
 * @param {ArrayLike<number>} bias
 * @param {{eps: number, centred: boolean}} how
 */
export const layerNorm = (x, weight, bias, { eps, centred }) =>
  Float32Array.from(rescaled((centred ? normalised : rescaledByRms)(x, eps), weight, bias));

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export const dot = (a, b) => {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at] * b[at];
  return sum;
};
/** @param {ArrayLike<number>} x */
export const length = (x) => Math.sqrt(dot(x, x));
/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export const cosine = (a, b) => dot(a, b) / Math.max(length(a) * length(b), 1e-12);
/** @param {Float32Array} a @param {Float32Array} b */
export const plus = (a, b) => a.map((one, at) => one + b[at]);
/** @param {Float32Array} a @param {Float32Array} b */
export const minus = (a, b) => a.map((one, at) => one - b[at]);

/** How many stops a stack's way has: embedding, position, every part, the head. @param {StackMeta} stack */
export const stopCount = (stack) => 3 + stack.layers * stack.part.length;

/** The stop of a part. @param {StackMeta} stack @param {number} layer @param {number} part */
export const stopOf = (stack, layer, part) => 2 + layer * stack.part.length + part;

/** The layer of a stop: -1 before the first, -2 after the last. @param {StackMeta} stack @param {number} stop */
export function layerOf(stack, stop) {
  const layer = Math.floor((stop - 2) / stack.part.length);
  return stop < 2 ? -1 : layer < stack.layers ? layer : -2;
}

/**
 * The whole way of one token through a stack.
 * @param {FlowRun} run
 * @param {StackMeta} stack
 * @param {number} token
 * @returns {Stop[]}
 */
export function way({ arrays, positions = true }, stack, token) {
  const name = (/** @type {string} */ part) => `${stack.stack}_${part}`;
  const adds = positions && stack.adds_position;
  const embedding = vector(arrays, name("embedding"), token);
  const position = vector(arrays, name("position"), token);
  /** @type {Float32Array} */
  let stream = vector(arrays, name("start"), token);
  const none = { layer: -1, part: 0, before: null };
  /** @type {Stop[]} */
  const stops = [
    {
      ...{ ...none, kind: "embedding", state: -1, added: null, after: embedding },
      vectors: [{ name: "embedding", numbers: embedding }],
    },
    {
      ...{ ...none, kind: "position", state: 0, before: embedding, added: adds ? position : null, after: stream },
      vectors: [
        { name: "embedding", numbers: embedding },
        ...(adds ? [{ name: /** @type {VectorName} */ ("position"), numbers: position }] : []),
        { name: "stream", numbers: stream },
      ],
    },
  ];
  for (let layer = 0; layer < stack.layers; layer++) {
    for (const [part, kind] of stack.part.entries()) {
      const stop = partStop(arrays, stack, { layer, part, kind, token }, stream);
      stops.push(stop);
      stream = stop.after;
    }
  }
  const state = stack.layers * stack.part.length;
  /** @type {Vector[]} */
  const vectors = [{ name: "stream", numbers: stream }];
  stops.push({ kind: "head", layer: -2, part: 0, state, before: stream, added: null, after: stream, vectors });
  return stops;
}

/**
 * One part of one layer: x + f(LN(x)) where the norm comes first, else LN(x + f(x)).
 * @param {Arrays} arrays
 * @param {StackMeta} stack
 * @param {{layer: number, part: number, kind: PartKind, token: number}} place
 * @param {Float32Array} before
 * @returns {Stop}
 */
function partStop(arrays, stack, { layer, part, kind, token }, before) {
  const name = (/** @type {string} */ one) => `${stack.stack}_${one}`;
  const norm = (/** @type {Float32Array} */ x) =>
    layerNorm(x, slice(arrays[name("norm_weight")], layer, part), slice(arrays[name("norm_bias")], layer, part), stack);
  const added = vector(arrays, name("added"), layer, part, token);
  const sum = plus(before, added);
  const after = stack.pre_norm ? sum : norm(sum);
  /** @type {Vector[]} */
  const vectors = [{ name: "stream", numbers: before }];
  if (stack.pre_norm) vectors.push({ name: stack.centred ? "normed" : "normed_rms", numbers: norm(before) });
  if (kind === "feed_forward" && arrays[name("hidden")]) {
    vectors.push({ name: "hidden", numbers: vector(arrays, name("hidden"), layer, token) });
    vectors.push({ name: "activated", numbers: vector(arrays, name("activated"), layer, token) });
  }
  vectors.push({ name: "added", numbers: added }, { name: "sum", numbers: sum });
  if (!stack.pre_norm) vectors.push({ name: "sum_normed", numbers: after });
  return { kind, layer, part, state: 1 + layer * stack.part.length + part, vectors, before, added, after };
}

/**
 * What the output head would say to a state, the most probable first.
 * @param {FlowRun} run
 * @param {StackMeta} stack
 * @param {number} state
 * @param {number} token
 * @returns {{name: string, share: number}[]}
 */
export function lens({ arrays }, stack, state, token) {
  if (state < 0) return [];
  const shares = slice(arrays[`${stack.stack}_top_probability`], state, token);
  const top = slice(arrays[`${stack.stack}_top`], state, token);
  return Array.from(top, (at, place) => ({ name: stack.name[at], share: shares[place] }));
}
