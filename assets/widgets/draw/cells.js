// Canvases of one dot a cell, which CSS stretches: a photo, a map of weights.
import { penOf } from "../core/dom.js";
import { constants } from "../core/theme.js";

/** @typedef {import("../core/lab").Colour} Colour */
/** @typedef {import("../core/lab").NumberArray} NumberArray */

/**
 * The model's pixels (row, column, RGB), or a rectangle of them.
 * @param {HTMLCanvasElement} canvas
 * @param {NumberArray} pixels
 * @param {{left?: number, top?: number, width?: number, height?: number, channels?: number[]}} [part]
 */
export function drawPixels(canvas, pixels, part = {}) {
  const [rows, columns] = pixels.shape;
  const { left = 0, top = 0, width = columns, height = rows, channels = [0, 1, 2] } = part;
  resize(canvas, width, height);
  const image = new ImageData(width, height);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * ((top + y) * columns + left + x);
      for (let c = 0; c < 3; c++) image.data[to + c] = pixels[from + channels[c]];
      image.data[to + 3] = 255;
      to += 4;
    }
  }
  penOf(canvas).putImageData(image, 0, 0);
}

/**
 * Cells: paint(value) gives a colour. `values` may hold anything that `paint` knows.
 * @template Value
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<Value>} values
 * @param {readonly number[]} grid
 * @param {(value: Value) => Colour} paint
 */
export function drawCells(canvas, values, [rows, columns], paint) {
  resize(canvas, columns, rows);
  const image = new ImageData(columns, rows);
  for (let at = 0; at < rows * columns; at++) image.data.set(paint(values[at]), 4 * at);
  penOf(canvas).putImageData(image, 0, 0);
}

/** @type {(canvas: HTMLCanvasElement, width: number, height: number) => void} */
function resize(canvas, width, height) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
}

/**
 * A weight in [0, 1].
 * @param {number} weight
 * @returns {Colour}
 */
export const weightColour = (weight) => [...constants.colourMap[Math.round(255 * weight)], 255];

/**
 * A weight in [0, 1] over a photo: the small ones are more transparent.
 * @param {number} weight
 * @returns {Colour}
 */
export const overlayColour = (weight) => [...constants.colourMap[Math.round(255 * weight)], 130 + 110 * weight];

/**
 * A number in [-1, 1], blue to red.
 * @param {number} value
 * @returns {Colour}
 */
export const signedColour = (value) => [
  ...constants.divergingMap[Math.round(127 + 127 * Math.min(1, Math.max(-1, value)))],
  255,
];

/**
 * A number in [-1, 1] over a photo, blue to red: the nearer to 0, the more transparent.
 * @param {number} value
 * @returns {Colour}
 */
export const signedOverlayColour = (value) => [...signedColour(value).slice(0, 3), 215 * Math.min(1, Math.abs(value))];

/**
 * A colour ramp as a background: what `paint` gives from one end of a scale to the other.
 * @param {HTMLElement} node
 * @param {(share: number) => Colour} paint
 * @param {readonly number[]} [ends]
 */
export function drawRamp(node, paint, [from, to] = [0, 1]) {
  const stops = Array.from({ length: 17 }, (_, at) => {
    const [red, green, blue, alpha] = paint(from + ((to - from) * at) / 16);
    return `rgb(${red} ${green} ${blue} / ${alpha / 255})`;
  });
  node.style.background = `linear-gradient(to right, ${stops})`;
}

/**
 * Prepares a canvas so many dots across for lines over a grid of cells. squares() outlines squares of some cells a side.
 * @param {HTMLCanvasElement} canvas
 * @param {readonly number[]} grid
 * @param {number} across
 */
export function squaresOver(canvas, [rows, columns], across) {
  const cell = across / columns;
  Object.assign(canvas, { width: across, height: rows * cell });
  const pen = penOf(canvas);
  /** @type {(size: number, lineWidth: number, strokeStyle: string) => void} */
  const squares = (size, lineWidth, strokeStyle) => {
    Object.assign(pen, { lineWidth, strokeStyle });
    for (let y = 0; y < rows; y += size) {
      for (let x = 0; x < columns; x += size) pen.strokeRect(x * cell, y * cell, size * cell, size * cell);
    }
  };
  return { pen, cell, squares };
}
