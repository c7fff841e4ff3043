// Matrices of attention with the words that their rows and columns stand for.
import { canvasElement, element, whenChanged } from "../core/dom.js";
import { colour } from "../core/theme.js";
import { largest } from "../read/attention.js";
import { drawCells, weightColour } from "./cells.js";
import { placeMark, pointIn } from "./marks.js";

/**
 * rows[query] holds the weights of its keys, NaN for none; the columns beyond are masked, rows that are not there yet are
 * empty. most: the number of the brightest colour, else each row's largest.
 * @typedef {{
 *   rows: readonly ArrayLike<number>[], size: readonly [number, number], queries: string[], keys: string[], most?: number,
 * }} Matrix
 */

/**
 * Draws in `box`; on.point and on.pick get {row, column}. Returns draw(matrix, cell, label), null for nothing.
 * @param {HTMLElement} box
 * @param {Record<"point" | "pick", (cell: {row: number, column: number}) => void>} on
 * @returns {(matrix: Matrix | null, cell: {row: number, column: number} | null, label: string) => void}
 */
export function labelledMatrix(box, on) {
  const [columns, rows] = ["columns", "rows"].map((className) => element("div", { className, ariaHidden: "true" }));
  const [canvas, mark] = [canvasElement("", " "), element("div", { className: "cell-mark" })];
  const picture = element("div", { className: "picture" }, canvas, mark);
  box.classList.add("labelled");
  box.replaceChildren(columns, rows, picture);
  /** @type {readonly [number, number]} */
  let size = [1, 1];

  for (const [type, act] of /** @type {const} */ ([
    ["pointermove", on.point],
    ["click", on.pick],
  ])) {
    picture.addEventListener(type, (event) => {
      const at = pointIn(/** @type {MouseEvent} */ (event));
      const [row, column] = at.map((share, axis) =>
        Math.min(size[axis] - 1, Math.max(0, Math.floor(share * size[axis]))),
      );
      act({ row, column });
    });
  }

  const once = whenChanged();
  return (matrix, cell, label) => {
    box.hidden = !matrix;
    canvas.setAttribute("aria-label", label);
    if (!matrix || !cell) return;
    size = matrix.size;
    box.style.setProperty("--rows", String(size[0]));
    box.style.setProperty("--columns", String(size[1]));
    once([JSON.stringify([matrix.queries, matrix.keys, size])], () => {
      const words = (/** @type {string[]} */ pieces, /** @type {number} */ count) =>
        Array.from({ length: count }, (_, at) => element("span", { textContent: pieces[at] ?? "" }));
      columns.replaceChildren(...words(matrix.keys, size[1]));
      rows.replaceChildren(...words(matrix.queries, size[0]));
    });
    paint(canvas, matrix);
    placeMark(mark, cell.row * size[1] + cell.column, size);
    for (const [names, chosen] of /** @type {const} */ ([
      [columns, cell.column],
      [rows, cell.row],
    ])) {
      for (const [at, name] of [...names.children].entries()) name.className = at === chosen ? "now" : "";
    }
  };
}

/** @type {(canvas: HTMLCanvasElement, matrix: Pick<Matrix, "rows" | "size" | "most">) => void} */
export function paint(canvas, { rows, size, most }) {
  const [absent, masked] = [colour("absent", 28), colour("masked", 120)];
  const cells = Array.from({ length: size[0] * size[1] }, (_, at) => {
    const [row, key] = [rows[Math.floor(at / size[1])], at % size[1]];
    if (!row || Number.isNaN(row[key])) return absent;
    return key < row.length ? weightColour(row[key] / (most ?? Math.max(row[largest(row)], 1e-12))) : masked;
  });
  drawCells(canvas, cells, size, (cell) => cell);
}
