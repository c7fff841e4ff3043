// Part of an array of several axes.

/** @typedef {import("../core/lab").NumberArray} NumberArray */

/**
 * What the first indices leave: slice(field, 0, 1, 5) of (weights, images, layer, row, column) is (row, column), without
 * a copy.
 * @param {NumberArray} array
 * @param {...number} indices
 * @returns {NumberArray}
 */
export function slice(array, ...indices) {
  const shape = array.shape.slice(indices.length);
  const length = shape.reduce((product, size) => product * size, 1);
  let place = 0;
  for (const [axis, index] of indices.entries()) {
    if (!(index >= 0 && index < array.shape[axis]))
      throw new RangeError(`no ${index} on axis ${axis} of ${array.shape}`);
    place = place * array.shape[axis] + index;
  }
  return Object.assign(array.subarray(place * length, (place + 1) * length), { shape });
}
