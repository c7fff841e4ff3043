// The maps of a relevance run by index.

/**
 * What every patch has in a map up to a layer, as a share of the largest.
 * @param {import("../core/lab").RelevanceRun} run
 * @param {number} map
 * @param {number} layer
 */
export function mapRow({ arrays: { maps } }, map, layer) {
  const [, layers, count] = maps.shape;
  const begin = (map * layers + layer) * count;
  return Float32Array.from(maps.subarray(begin, begin + count), (byte) => byte / 255);
}
