// The arrays of a run: fetched once, unpacked, shared by the widgets that show the same run.

/** @typedef {import("./lab").Arrays} Arrays */
/** @typedef {{file: string, arrays: Record<string, {dtype: string, shape: number[], offset: number}>}} Stored */

const kinds = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** How many files are kept. */
const KEPT = 4;
/** @type {Map<string, Promise<Arrays>>} */
const files = new Map();

/**
 * A value of Python's with the arrays of its payload, or of the payloads that it holds.
 * @param {any} value
 * @returns {Promise<any>}
 */
export async function loadAll(value) {
  if (value.charts) return value.charts;
  if (value.file) return load(value);
  const parts = Object.entries(value).map(async ([name, part]) => [name, part?.file ? await load(part) : part]);
  return Object.fromEntries(await Promise.all(parts));
}

/** @param {Stored} value */
async function load(value) {
  let arrays = files.get(value.file);
  if (!arrays) {
    arrays = fetchArrays(value);
    arrays.catch(() => files.delete(value.file));
    files.set(value.file, arrays);
    if (files.size > KEPT) files.delete([...files.keys()][0]);
  }
  return { ...value, arrays: await arrays };
}

/**
 * @param {Stored} value
 * @returns {Promise<Arrays>}
 */
async function fetchArrays(value) {
  const response = await fetch(value.file);
  if (!response.ok || !response.body) throw new Error(`${value.file}: ${response.status}`);
  const stream = response.body.pipeThrough(new DecompressionStream("gzip"));
  return unpack(await new Response(stream).arrayBuffer(), value.arrays);
}

/**
 * Typed arrays over one buffer, each with its shape.
 * @param {ArrayBuffer} buffer
 * @param {Stored["arrays"]} index
 * @returns {Arrays}
 */
export function unpack(buffer, index) {
  /** @type {Arrays} */
  const arrays = {};
  for (const [name, { dtype, shape, offset }] of Object.entries(index)) {
    if (!Object.hasOwn(kinds, dtype)) throw new Error(`no array of ${dtype} can be read (${name})`);
    const kind = kinds[/** @type {keyof typeof kinds} */ (dtype)];
    const length = shape.reduce((product, size) => product * size, 1);
    arrays[name] = Object.assign(new kind(buffer, offset, length), { shape });
  }
  return arrays;
}
