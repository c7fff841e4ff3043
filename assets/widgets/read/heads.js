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
 *   count: number, dim: number, own: boolean, masked: boolean, scaled: boolean, size: [number, number],
 *   allowed: (query: number, key: number) => boolean,
 *   scores: Float32Array[][], attention: Float32Array[][],
 *   query: Float32Array[], key: Float32Array[], value: Float32Array[],
 * }} Heads
 */

/** The code that computes a kind of attention with these switches, and its place among the splits.
 * @param {WalkRun} run @param {Setting} setting */
export function codeOf(run, { kind, masked, scaled, split }) {
  const code = run.code.find((one) => one.kind === kind && one.masked === masked && one.scaled === scaled);
  if (!code) throw new Error(`no code of ${kind} ran so`);
  const at = code.split.indexOf(split || sizesOf(run, kind).heads);
  return { ...code, made: code.made[at], difference: code.difference[at] };
}

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
  return { count, dim, own: unchanged, masked, scaled, size, allowed, scores, attention, query, key, value };
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

/** What the output projection of the model gives a query. @param {WalkRun} run @param {AttentionName} kind
 * @param {number} layer @param {number} query */
export const projected = ({ arrays }, kind, layer, query) =>
  vector(arrays, kind === "cross" ? "decoder_added" : `${kind}_added`, layer, kind === "cross" ? 1 : 0, query);

/**
 * What a step of the lecture's code makes for one head and query: a row of its tensor; null for the output where the
 * model has none.
 * @param {WalkRun} run
 * @param {Heads} heads  with the same switches
 * @param {{name: string}[]} made  what the code makes, in order
 * @param {{kind: AttentionName, layer: number, head: number, query: number, key: number, step: number}} at
 * @returns {Float32Array | null}
 */
export function lineRow(run, heads, made, { kind, layer, head, query, key, step }) {
  const row = heads.scores[head][query];
  const hidden = (/** @type {number} */ score, /** @type {number} */ column) =>
    heads.allowed(query, column) ? score : Number.NEGATIVE_INFINITY;
  const scores = [
    () => row.map((score) => score * (heads.scaled ? Math.sqrt(heads.dim) : 1)),
    ...(heads.scaled ? [() => row] : []),
    ...(heads.masked ? [() => row.map(hidden)] : []),
  ];
  const { name } = made[step];
  /** @type {Record<string, () => Float32Array | null>} */
  const rows = {
    q: () => headPart(heads.query[query], head, heads.dim),
    k: () => headPart(heads.key[key], head, heads.dim),
    v: () => headPart(heads.value[key], head, heads.dim),
    scores: () => scores[made.slice(0, step).filter((one) => one.name === name).length](),
    future: () => row.map((_, column) => (heads.allowed(query, column) ? 0 : 1)),
    attention: () => heads.attention[head][query],
    context: () => context(heads, head, query),
    joined: () => {
      const joined = new Float32Array(heads.count * heads.dim);
      for (let one = 0; one < heads.count; one++) joined.set(context(heads, one, query), one * heads.dim);
      return joined;
    },
    output: () => (heads.own ? projected(run, kind, layer, query) : null),
  };
  return rows[name]();
}
