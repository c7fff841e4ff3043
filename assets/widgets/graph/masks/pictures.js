// A mask as a graph: every edge that it allows, and those of one query as wide as its attention.
import { findCanvas, penOf, whenChanged } from "../../core/dom.js";
import { ink } from "../../core/theme.js";
import { drawPixels } from "../../draw/cells.js";
import { largest } from "../../read/attention.js";
import { spots } from "../../read/masks.js";

/** @typedef {import("../../core/lab").ScoresRun} Run */

/** Dots of a side of the picture. */
const SIDE = 640;
/** Dots of the edge that carries most of a query's attention. */
const THICK = 12;
const FONT = "22px sans-serif";

/**
 * Returns draw(run, rows, query, from); from: a token with a ring, -1 for none.
 * @param {HTMLElement} stage
 * @returns {(run: Run, rows: readonly Float32Array[], query: number, from: number) => void}
 */
export function maskGraph(stage) {
  const [photo, edges, own] = ["photo", "edges", "own"].map((name) => findCanvas(stage, `canvas.${name}`));
  const [onRun, onRows] = [whenChanged(), whenChanged()];
  return (run, rows, query, from) => {
    const at = spots(run.grid).map(([x, y]) => /** @type {const} */ ([x * SIDE, y * SIDE]));
    onRun([run], () => {
      photo.hidden = !run.arrays.pixels;
      if (run.arrays.pixels) drawPixels(photo, run.arrays.pixels);
    });
    onRows([rows], () => drawEdges(edges, rows, at, Boolean(run.arrays.pixels)));
    const pen = cleared(own);
    const most = rows[query][largest(rows[query])];
    pen.strokeStyle = ink("mark");
    for (const [key, weight] of rows[query].entries()) {
      if (Number.isNaN(weight) || key === query) continue;
      pen.lineWidth = Math.max(0.5, (THICK * weight) / most);
      line(pen, at[query], at[key]);
    }
    drawNodes(pen, run, at, query, getComputedStyle(stage).color);
    if (from >= 0) ring(pen, at[from]);
  };
}

/** @param {HTMLCanvasElement} canvas */
function cleared(canvas) {
  Object.assign(canvas, { width: SIDE, height: SIDE });
  return penOf(canvas);
}

/** @type {(pen: CanvasRenderingContext2D, from: readonly number[], to: readonly number[]) => void} */
function line(pen, from, to) {
  pen.beginPath();
  pen.moveTo(from[0], from[1]);
  pen.lineTo(to[0], to[1]);
  pen.stroke();
}

/** @type {(pen: CanvasRenderingContext2D, at: readonly number[]) => void} */
function ring(pen, [x, y]) {
  pen.beginPath();
  pen.arc(x, y, 15, 0, 2 * Math.PI);
  pen.strokeStyle = ink("highlight");
  pen.lineWidth = 4;
  pen.stroke();
}

/** @type {(canvas: HTMLCanvasElement, rows: readonly Float32Array[], at: (readonly number[])[], over: boolean) => void} */
function drawEdges(canvas, rows, at, over) {
  const pen = cleared(canvas);
  if (over) {
    pen.fillStyle = ink("ink", 0.45);
    pen.fillRect(0, 0, SIDE, SIDE);
  }
  const pairs = rows.flatMap((row, query) =>
    [...row.keys()].slice(0, query).flatMap((key) => {
      const open = !Number.isNaN(row[key]) || !Number.isNaN(rows[key][query]);
      return open ? [/** @type {const} */ ([query, key])] : [];
    }),
  );
  pen.strokeStyle = ink("point", Math.max(0.015, Math.min(0.9, 300 / pairs.length)));
  pen.lineWidth = pairs.length > 1000 ? 1 : 2.5;
  for (const [one, other] of pairs) line(pen, at[one], at[other]);
}

/** @type {(pen: CanvasRenderingContext2D, run: Run, at: (readonly number[])[], query: number, words: string) => void} */
function drawNodes(pen, { grid, tokens }, at, query, words) {
  const row = grid[0] === 1;
  pen.font = FONT;
  pen.textBaseline = "middle";
  for (const [token, [x, y]] of at.entries()) {
    pen.beginPath();
    pen.arc(x, y, token === query ? 9 : row ? 6 : 3.5, 0, 2 * Math.PI);
    pen.fillStyle = token === query ? ink("mark") : ink("point");
    pen.fill();
    if (!row) continue;
    const away = [x - SIDE / 2, y - SIDE / 2].map((part) => part / (0.36 * SIDE));
    pen.fillStyle = words;
    pen.textAlign = Math.abs(away[0]) < 0.3 ? "center" : away[0] < 0 ? "right" : "left";
    pen.fillText(tokens[token].replace("▁", ""), x + 16 * away[0], y + 24 * away[1]);
  }
}
