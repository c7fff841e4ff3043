// Square matrices of attention.
import { colour } from "../core/theme.js";
import { largest } from "../read/attention.js";
import { drawCells, weightColour } from "./cells.js";
import { pointIn } from "./marks.js";

/**
 * A matrix of attention; rows[query] holds the weights of its keys, the columns beyond are masked, rows that are not
 * there yet are empty.
 * @param {HTMLCanvasElement} canvas
 * @param {readonly ArrayLike<number>[]} rows
 * @param {number} size
 */
export function drawAttention(canvas, rows, size) {
  const [absent, masked] = [colour("absent", 28), colour("masked", 120)];
  const cells = Array.from({ length: size * size }, (_, at) => {
    const [row, key] = [rows[Math.floor(at / size)], at % size];
    if (!row) return absent;
    return key < row.length ? weightColour(row[key] / Math.max(row[largest(row)], 1e-12)) : masked;
  });
  drawCells(canvas, cells, [size, size], (cell) => cell);
}

/**
 * Report the query and the key under the pointer in a square canvas of `size()` cells a side.
 * @param {HTMLCanvasElement} canvas
 * @param {() => number} size
 * @param {(query: number, key: number) => void} point
 */
export function overMatrix(canvas, size, point) {
  /** @param {PointerEvent} event */
  const over = (event) => {
    const [query, key] = pointIn(event).map((share) => Math.min(size() - 1, Math.max(0, Math.floor(share * size()))));
    point(query, key);
  };
  canvas.addEventListener("pointermove", over);
  canvas.addEventListener("pointerdown", over);
}
