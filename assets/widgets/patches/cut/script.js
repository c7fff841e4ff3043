// The photo under its patch grid, and what becomes of one patch: pixels, vector, embedding, position.
import { find, findCanvas, penOf, whenChanged } from "../../core/dom.js";
import { ink } from "../../core/theme.js";
import { drawCells, drawPixels, signedColour } from "../../draw/cells.js";
import { buttonGroup } from "../../draw/choices.js";
import { picker, placeMark } from "../../draw/marks.js";
import { cellName, format, number } from "../../read/format.js";
import { gridOf, learned, middleOf, patchAt, positionSimilarity, sizesOf } from "../../read/patch.js";

/** @typedef {import("../../core/lab").VitRun} Run */
/** @typedef {import("../../core/lab").PatchesCutText} Text */
/**
 * The side of a patch in pixels, and the chosen patch.
 * @typedef {{size: number, cell: number, pinned: boolean}} State
 */

/** The patch in all colours and in each: which channels stand for red, green and blue. */
const CHANNELS = { rgb: [0, 1, 2], red: [0, 0, 0], green: [1, 1, 1], blue: [2, 2, 2] };
/** Pixels of a cell on the screen below which its number is not written. */
const LEGIBLE = 26;

/** @type {(run: Run) => State} */
const first = (run) => {
  const [height, width] = run.arrays.pixels.shape;
  return { size: run.patch_size, cell: patchAt(run, run.patch_size, [height / 2, width / 2]), pinned: false };
};

/** @type {(run: Run) => string} */
const shapeOf = ({ arrays, patch_size }) => [arrays.pixels.shape, patch_size].join();

/** @type {(run: Run, size: number, text: Text) => string} */
const sumLine = (run, size, text) => {
  const [height, width] = run.arrays.pixels.shape;
  const [rows, columns] = gridOf(run, size);
  const [count, extra] = [rows * columns, run.prefix.length];
  const [below, right] = run.unread;
  const unread = below + right === 0 ? "" : format(text.unread, { below, right });
  return `${format(text.sum, {
    height,
    width,
    side: size,
    rows,
    columns,
    count: number(count),
    numbers: number(3 * size * size),
    extra,
    prefix: run.prefix.join(" + "),
    pairs: number((count + extra) ** 2),
  })}${unread}`;
};

/** @type {(run: Run, size: number, text: Text) => string} */
const otherSize = (run, size, text) =>
  format(text.other_size, { side: size, count: 3 * size * size, own: run.patch_size });

/** @type {(canvas: HTMLCanvasElement, grid: readonly number[]) => void} */
function drawGrid(canvas, [rows, columns]) {
  const [width, height] = [1200, Math.round((1200 * rows) / columns)];
  Object.assign(canvas, { width, height });
  const pen = penOf(canvas);
  const cell = width / columns;
  pen.beginPath();
  for (let column = 0; column <= columns; column++) {
    pen.moveTo(column * cell, 0);
    pen.lineTo(column * cell, height);
  }
  for (let row = 0; row <= rows; row++) {
    pen.moveTo(0, row * cell);
    pen.lineTo(width, row * cell);
  }
  Object.assign(pen, { lineWidth: 2.5, strokeStyle: ink("paper", 0.8) });
  pen.stroke();
  if (canvas.clientWidth / columns >= LEGIBLE) writeNumbers(pen, [rows, columns], cell);
}

/** @type {(pen: CanvasRenderingContext2D, grid: readonly number[], cell: number) => void} */
function writeNumbers(pen, [rows, columns], cell) {
  Object.assign(pen, {
    font: `600 ${Math.min(64, Math.max(26, cell / 3.2))}px sans-serif`,
    lineWidth: 6,
    textAlign: "center",
    textBaseline: "middle",
    lineJoin: "round",
    strokeStyle: ink("ink", 0.7),
    fillStyle: ink("paper"),
  });
  for (let patch = 0; patch < rows * columns; patch++) {
    const [x, y] = [((patch % columns) + 0.5) * cell, (Math.floor(patch / columns) + 0.5) * cell];
    pen.strokeText(String(patch + 1), x, y);
    pen.fillText(String(patch + 1), x, y);
  }
}

/** @type {(root: HTMLElement, run: Run, state: State, text: Text) => import("../../core/lab").Numbers} */
function drawLearned(root, run, { size, cell }, text) {
  const [vector, embedding] = [learned(run, "vector", cell), learned(run, "embedding", cell)];
  const [count, width] = [vector.shares.length, embedding.shares.length];
  drawCells(findCanvas(root, ".vector"), vector.shares, [3, count / 3], signedColour);
  drawCells(findCanvas(root, ".embedding"), embedding.shares, [1, width], signedColour);
  const [low, high] = [number(vector.low, 2), number(vector.high, 2)];
  const vectorLine = format(text.vector, { side: size, count, grey: size * size, low, high });
  const length = number(embedding.length, 2);
  const bounds = { low: number(embedding.low, 2), high: number(embedding.high, 2) };
  const { cosines, best } = positionSimilarity(run, cell);
  drawCells(findCanvas(root, ".position"), cosines, run.grid, signedColour);
  placeMark(find(root, ".map .mark"), cell, run.grid);
  const name = cellName(text.patch, best, run.grid);
  find(root, ".vector-line").textContent = vectorLine;
  find(root, ".embedding-line").textContent = format(text.embedding, { count, width, length, ...bounds });
  find(root, ".position-line").textContent = format(text.position, { best: name, cosine: number(cosines[best], 2) });
  return { embedding: embedding.length.toFixed(2), cosine: cosines[best].toFixed(2) };
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => (shapeOf(run) === shapeOf(before) ? state : first(run)),

  build: (root, text, set) => {
    const drawSizes = buttonGroup(find(root, ".sizes"), text.size, (/** @type {number} */ size) => {
      set((state, run) => ({ size, cell: patchAt(run, size, middleOf(run, state.size, state.cell)) }));
    });
    picker(root, [find(root, ".stage")], text, set, {
      grid: (run, { size }) => gridOf(run, size),
      cell: (_, { cell }) => cell,
      choose: (cell) => ({ cell }),
    });
    const onGrid = whenChanged();

    return (run, state) => {
      const { size, cell } = state;
      const grid = gridOf(run, size);
      const own = size === run.patch_size;
      const [left, top] = [(cell % grid[1]) * size, Math.floor(cell / grid[1]) * size];
      const lines = findCanvas(root, ".grid");
      drawPixels(findCanvas(root, ".photo"), run.arrays.pixels);
      onGrid([...grid, lines.clientWidth], () => drawGrid(lines, grid));
      placeMark(find(root, ".stage .mark"), cell, grid);
      find(root, ".sum").textContent = sumLine(run, size, text);
      find(root, ".name").textContent = cellName(text.patch, cell, grid);
      for (const [name, channels] of Object.entries(CHANNELS)) {
        drawPixels(findCanvas(root, `.${name}`), run.arrays.pixels, { left, top, width: size, height: size, channels });
      }
      const title = (/** @type {number} */ side) => (side === run.patch_size ? text.own_size : "");
      drawSizes(
        sizesOf(run).map((side) => ({ value: side, label: side, title: title(side), own: side === run.patch_size })),
        size,
      );
      for (const part of ["vector", "embedding", "position-row"]) find(root, `.${part}`).hidden = !own;
      const numbers = { patch: cell + 1, count: grid[0] * grid[1] };
      if (own) return { ...numbers, ...drawLearned(root, run, state, text) };
      find(root, ".embedding-line").textContent = "";
      find(root, ".vector-line").textContent = otherSize(run, size, text);
      return { ...numbers, embedding: "", cosine: "" };
    };
  },

  read: (run, { size, cell }, text) => {
    const patch = cellName(text.patch, cell, gridOf(run, size));
    if (size !== run.patch_size) return format(text.reading_other, { patch, size: otherSize(run, size, text) });
    const [vector, embedding] = [learned(run, "vector", cell), learned(run, "embedding", cell)];
    const { cosines, best } = positionSimilarity(run, cell);
    return format(text.reading, {
      patch,
      count: vector.shares.length,
      low: number(vector.low, 2),
      high: number(vector.high, 2),
      width: embedding.shares.length,
      length: number(embedding.length, 2),
      best: cellName(text.patch, best, run.grid),
      cosine: number(cosines[best], 2),
    });
  },
};
