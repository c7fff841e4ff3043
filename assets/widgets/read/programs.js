// The programs that ran on a sentence, and the numbers that their lines made.

/** @typedef {import("../core/lab").ProgramsRun} Run */
/** @typedef {import("../core/lab").MadeNumbers} MadeNumbers */

/** The program of this name. @param {Run} run @param {string} name */
export function programOf({ programs }, name) {
  const found = programs.find((one) => one.name === name);
  if (!found) throw new RangeError(`no program ${name} ran`);
  return found;
}

/** What a line made, row by row. @param {Run} run @param {MadeNumbers} made */
export const numbersOf = ({ arrays }, { offset, rows, columns }) =>
  /** @type {Float32Array} */ (arrays.numbers.subarray(offset, offset + rows * columns));

/** The indices of a cell along the tensor's axes. @param {MadeNumbers} made @param {number} cell */
export function cellOf({ shape, columns }, cell) {
  const found = [cell % columns];
  let row = Math.floor(cell / columns);
  for (const size of shape.slice(0, -1).reverse()) {
    found.unshift(row % size);
    row = Math.floor(row / size);
  }
  return found;
}
