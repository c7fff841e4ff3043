// One patch of a ViT run by index: how a photo can be cut, and the patch's vector, embedding and position.

/** @typedef {import("../core/lab").VitRun} VitRun */
/** @typedef {import("../core/lab").Grid} Grid */

const SIZES = [8, 12, 14, 16, 24, 28, 32, 48, 56, 64, 96, 112];

/**
 * Patch sizes that divide the photo, and the model's own.
 * @param {VitRun} run
 */
export function sizesOf({ arrays, patch_size }) {
  const [height, width] = arrays.pixels.shape;
  const dividing = SIZES.filter((side) => height % side === 0 && width % side === 0);
  return [...new Set([...dividing, patch_size])].sort((one, other) => one - other);
}

/**
 * Rows and columns of patches of `size` pixels.
 * @param {VitRun} run
 * @param {number} size
 * @returns {Grid}
 */
export function gridOf({ arrays }, size) {
  const [height, width] = arrays.pixels.shape;
  return [height / size, width / size];
}

/**
 * The patch of `size` pixels at a point of the photo: pixels down and across.
 * @param {VitRun} run
 * @param {number} size
 * @param {readonly [number, number]} point
 */
export function patchAt(run, size, [down, across]) {
  const [rows, columns] = gridOf(run, size);
  const [row, column] = [Math.floor(down / size), Math.floor(across / size)];
  return Math.min(rows - 1, row) * columns + Math.min(columns - 1, column);
}

/**
 * The middle of a patch of `size` pixels.
 * @param {VitRun} run
 * @param {number} size
 * @param {number} patch
 * @returns {[number, number]}
 */
export function middleOf(run, size, patch) {
  const [, columns] = gridOf(run, size);
  return [(Math.floor(patch / columns) + 0.5) * size, ((patch % columns) + 0.5) * size];
}

/**
 * A patch's row of an int8 array as numbers in [-1, 1], and its least and greatest value and Euclidean length.
 * @param {VitRun} run
 * @param {"vector" | "embedding"} name
 * @param {number} patch
 */
export function learned({ arrays }, name, patch) {
  const length = arrays[name].shape[1];
  const shares = Array.from(arrays[name].subarray(patch * length, (patch + 1) * length), (byte) => byte / 127);
  const size = arrays[`${name}_max`][patch];
  return {
    shares,
    low: Math.min(...shares) * size,
    high: Math.max(...shares) * size,
    length: size * Math.hypot(...shares),
  };
}

/**
 * Cosines of a patch's position embedding with those of all patches, and the other patch that is most similar; of a
 * single patch, itself.
 * @param {VitRun} run
 * @param {number} patch
 */
export function positionSimilarity({ arrays, prefix, grid }, patch) {
  const tokens = arrays.position.shape[1];
  const from = (prefix.length + patch) * tokens + prefix.length;
  const cosines = Array.from(arrays.position.subarray(from, from + grid[0] * grid[1]), (byte) => byte / 127);
  let best = patch === 0 && cosines.length > 1 ? 1 : 0;
  for (const [other, cosine] of cosines.entries()) if (other !== patch && cosine > cosines[best]) best = other;
  return { cosines, best };
}
