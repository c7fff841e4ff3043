// A kind of attention in one layer, recomputed from its queries, keys and values: with or without mask and scale, with
// other heads.
import { slice } from "./slice.js";
import { dot, vector } from "./stream.js";

/** @typedef {import("../core/lab").WalkRun} WalkRun */
/** @typedef {import("../core/lab").AttentionName} AttentionName */
/** split: how many heads, 0 for the model's own. masked: whether a query sees what stands behind it.
 * @typedef {{kind: AttentionName, layer: number, split: number, masked: boolean, scaled: boolean}} Setting */
/**
 * By head and query. scores: before the mask. size: queries, keys.
 * @typedef {{
 *   count: number, dim: number, own: boolean, size: [number, number], allowed: (query: number, key: number) => boolean,
 *   scores: Float32Array[][], attention: Float32Array[][],
 *   query: Float32Array[], key: Float32Array[], value: Float32Array[],
 * }} Heads
 */

/** The numbers of heads into which a width can be split. @param {number} width @param {number} own */
export const splits = (width, own) =>
  [...new Set([1, 2, 4, 8, 16, own])].filter((count) => width % count === 0).sort((a, b) => a - b);

/** Layers, heads and dimensions of a head. @param {WalkRun} run @param {AttentionName} kind */
export function sizesOf({ arrays }, kind) {
  const [layers, heads, , dim] = arrays[`${kind}_query`].shape;
  return { layers, heads, dim };
}

/** The model's own way: a decoder's self-attention is masked. @param {AttentionName} kind */
export const ownMask = (kind) => kind === "decoder";

/**
 * @param {WalkRun} run
 * @param {Setting} setting
 * @returns {Heads}
 */
export function headsOf(run, { kind, layer, split, masked, scaled }) {
  const own = sizesOf(run, kind);
  const count = split || own.heads;
  const dim = (own.heads * own.dim) / count;
  const [query, key, value] = ["query", "key", "value"].map((name) => tokens(run, `${kind}_${name}`, layer));
  /** @type {[number, number]} */
  const size = [query.length, key.length];
  const allowed = (/** @type {number} */ row, /** @type {number} */ column) => !masked || column <= row;
  const factor = scaled ? 1 : Math.sqrt(dim);
  const scores = Array.from({ length: count }, (_, head) =>
    query.map((q, row) => {
      if (count === own.heads) {
        const saved = slice(run.arrays[`${kind}_scores`], layer, head, row);
        return Float32Array.from(saved, (score) => score * factor);
      }
      const part = headPart(q, head, dim);
      return Float32Array.from(key, (k) => (dot(part, headPart(k, head, dim)) / Math.sqrt(dim)) * factor);
    }),
  );
  const attention = scores.map((rows) => rows.map((row, at) => softmax(row, (column) => allowed(at, column))));
  const unchanged = count === own.heads && scaled && masked === ownMask(kind);
  return { count, dim, own: unchanged, size, allowed, scores, attention, query, key, value };
}

/** Every token's vector, all heads side by side. @param {WalkRun} run @param {string} name @param {number} layer */
function tokens(run, name, layer) {
  const [, heads, count, dim] = run.arrays[name].shape;
  return Array.from({ length: count }, (_, token) => {
    const joined = new Float32Array(heads * dim);
    for (let head = 0; head < heads; head++) joined.set(vector(run.arrays, name, layer, head, token), head * dim);
    return joined;
  });
}

/** The numbers of one head. @param {Float32Array} joined @param {number} head @param {number} dim */
export const headPart = (joined, head, dim) => joined.subarray(head * dim, (head + 1) * dim);

/**
 * Softmax over what is allowed; 0 elsewhere.
 * @param {Float32Array} scores
 * @param {(column: number) => boolean} allowed
 */
export function softmax(scores, allowed) {
  const seen = scores.filter((_, column) => allowed(column));
  const top = Math.max(...seen);
  const weights = scores.map((score, column) => (allowed(column) ? Math.exp(score - top) : 0));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The values of a head, summed by a query's attention. @param {Heads} heads @param {number} head @param {number} query */
export function context({ attention, value, dim }, head, query) {
  const sum = new Float32Array(dim);
  for (const [key, weight] of attention[head][query].entries()) {
    const part = headPart(value[key], head, dim);
    for (let at = 0; at < dim; at++) sum[at] += weight * part[at];
  }
  return sum;
}

/** Of a row of weights, in bits. @param {ArrayLike<number>} row */
export const entropy = (row) =>
  Array.from(row).reduce((sum, weight) => sum - (weight > 0 ? weight * Math.log2(weight) : 0), 0);

/** Mean entropy of a head's rows, in bits. @param {Heads} heads @param {number} head */
export const meanEntropy = ({ attention }, head) =>
  attention[head].reduce((sum, row) => sum + entropy(row), 0) / attention[head].length;

/**
 * What a line of the lecture's code makes for one head and query: a row of each of its tensors.
 * @param {WalkRun} run
 * @param {Heads} heads  of the self-attention that the code computes, as the model has it
 * @param {string} name
 * @param {{layer: number, head: number, query: number, key: number}} at
 * @returns {Float32Array}
 */
export function lineRow(run, heads, name, { layer, head, query, key }) {
  const row = heads.scores[head][query];
  /** @type {Record<string, () => Float32Array>} */
  const rows = {
    q: () => headPart(heads.query[query], head, heads.dim),
    k: () => headPart(heads.key[key], head, heads.dim),
    v: () => headPart(heads.value[key], head, heads.dim),
    scores: () => row.map((score) => score * Math.sqrt(heads.dim)),
    scaled: () => row,
    future: () => row.map((_, column) => (heads.allowed(query, column) ? 0 : 1)),
    masked: () => row.map((score, column) => (heads.allowed(query, column) ? score : Number.NEGATIVE_INFINITY)),
    attention: () => heads.attention[head][query],
    context: () => context(heads, head, query),
    joined: () => {
      const joined = new Float32Array(heads.count * heads.dim);
      for (let one = 0; one < heads.count; one++) joined.set(context(heads, one, query), one * heads.dim);
      return joined;
    },
    output: () => vector(run.arrays, `${run.code.stack}_added`, layer, 0, query),
  };
  return rows[name]();
}
