// Picture codes as small pictures, and what a scene has in words.
import { drawPixels } from "../draw/cells.js";
import { word } from "../read/format.js";

/** @typedef {import("../core/lab").SceneWord} SceneWord */
/** @typedef {import("../core/lab").NumberArray} NumberArray */

/**
 * What codes look like, in rows of `columns`, on a canvas that CSS stretches.
 * @param {HTMLCanvasElement} canvas
 * @param {NumberArray} sample  (code, row, column, channel)
 * @param {readonly number[]} codes
 * @param {number} columns
 */
export function drawCodes(canvas, sample, codes, columns) {
  const [, side] = sample.shape;
  const [width, line] = [columns * side, 3 * side];
  const rows = Math.ceil(codes.length / columns);
  const pixels = Object.assign(new Uint8Array(rows * side * width * 3), { shape: [rows * side, width, 3] });
  for (const [at, code] of codes.entries()) {
    const [top, left] = [Math.floor(at / columns) * side, (at % columns) * side];
    for (let y = 0; y < side; y++) {
      const from = (code * side + y) * line;
      pixels.set(sample.subarray(from, from + line), 3 * ((top + y) * width + left));
    }
  }
  drawPixels(canvas, pixels);
}

/**
 * Values of a scene in words; several places lie in one string.
 * @param {Record<`word_${SceneWord}`, string> & {and: string}} text
 * @param {string} values
 */
export const sceneWords = (text, values) =>
  values
    .split(" ")
    .map((value) => word(text, "word_", /** @type {SceneWord} */ (value)))
    .join(text.and);
