// A map for every patch of a grid, laid at the patch's own place.

/**
 * @param {import("../core/lab").NumberArray} values  (patch, patch)
 * @param {readonly number[]} grid  rows and columns of patches
 * @returns {Float32Array} of rows² by columns² cells: down and across first the patch, then the map in it
 */
export function mapOfMaps(values, [rows, columns]) {
  const count = rows * columns;
  const [height, width] = [rows * rows, columns * columns];
  return Float32Array.from({ length: height * width }, (_, at) => {
    const [y, x] = [Math.floor(at / width), at % width];
    const patch = Math.floor(y / rows) * columns + Math.floor(x / columns);
    return values[patch * count + (y % rows) * columns + (x % columns)];
  });
}
