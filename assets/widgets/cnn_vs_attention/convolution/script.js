// A convolution as a special case of self-attention: its heads, and how far it is off, while alpha grows.
import { canvasElement, element, find, findCanvas, penOf, whenChanged } from "../../core/dom.js";
import { ink } from "../../core/theme.js";
import { drawCells, drawRamp, weightColour } from "../../draw/cells.js";
import { logChart } from "../../draw/log_chart.js";
import { placeMark } from "../../draw/marks.js";
import { stepBar } from "../../draw/step_bar.js";
import { arrowOf, nearMiddle, shiftOf } from "../../read/convolution.js";
import { format, number, percent, scientific } from "../../read/format.js";
import { logShare } from "../../read/scale.js";
import { slice } from "../../read/slice.js";

/** @typedef {import("../../core/lab").ConvolutionRun} Run */
/** @typedef {import("../../core/lab").CnnVsAttentionConvolutionText} Text */
/** @typedef {{step: number}} State */

/** Errors from 10^-15 are told and charted, from 10^-6 coloured. */
const [LOWEST, PALEST] = [-15, -6];
/** Dots of a cell in the drawing of the border. */
const CELL = 40;

/** @type {(run: Run) => State} */
const first = (run) => ({ step: Math.max(0, run.alphas.indexOf(1)) });

/** @type {(run: Run, state: State) => {alpha: number, inside: number, border: number}} */
const errorsAt = (run, { step }) => ({ alpha: run.alphas[step], inside: run.inside[step], border: run.border[step] });

/** @type {(run: Run, head: number, text: Text) => {node: HTMLElement, draw: (run: Run, step: number) => void}} */
function makeHead(run, head, text) {
  const shift = shiftOf(head, run.kernel_size);
  const signed = shift.map((places) => (places > 0 ? "+" : "") + number(places)).join(", ");
  const title = format(text.shift, { head: head + 1, shift: signed });
  const arrow = arrowOf(shift);
  const canvas = canvasElement("", title);
  const mark = element("div", { className: "mark" });
  const top = element("output");
  const name = element("span", { className: arrow ? "arrow" : "", textContent: arrow ?? `(${signed})` });
  const node = element(
    "div",
    { title },
    element("div", { className: "head-map" }, canvas, mark),
    element("div", { className: "head-name" }, name, top),
  );
  return {
    node,
    draw: ({ arrays }, step) => {
      const near = nearMiddle(slice(arrays.attention, step, head), arrays.attention.shape.slice(2));
      drawCells(canvas, near.shares, near.grid, weightColour);
      placeMark(mark, near.cell, near.grid);
      top.textContent = percent(near.top);
    },
  };
}

/**
 * The border's cells hatched, and a line around the others.
 * @param {HTMLCanvasElement} canvas
 * @param {import("../../core/lab").NumberArray} interior
 */
function drawBorder(canvas, interior) {
  const [rows, columns] = interior.shape;
  Object.assign(canvas, { width: columns * CELL, height: rows * CELL });
  const pen = penOf(canvas);
  /** @type {(row: number, column: number) => boolean} */
  const inside = (row, column) =>
    row >= 0 && row < rows && column >= 0 && column < columns && interior[row * columns + column] === 1;
  /** @type {(fromX: number, fromY: number, toX: number, toY: number) => void} */
  const line = (fromX, fromY, toX, toY) => {
    pen.moveTo(fromX * CELL, fromY * CELL);
    pen.lineTo(toX * CELL, toY * CELL);
  };
  /** @param {(row: number, column: number) => void} act */
  const each = (act) => {
    for (let row = 0; row <= rows; row++) for (let column = 0; column <= columns; column++) act(row, column);
  };

  each((row, column) => {
    if (row === rows || column === columns || inside(row, column)) return;
    line(column, row + 0.5, column + 0.5, row);
    line(column, row + 1, column + 1, row);
    line(column + 0.5, row + 1, column + 1, row + 0.5);
  });
  Object.assign(pen, { strokeStyle: ink("paper", 0.55), lineWidth: 2 });
  pen.stroke();
  pen.beginPath();
  each((row, column) => {
    if (inside(row, column) !== inside(row - 1, column)) line(column, row, column + 1, row);
    if (inside(row, column) !== inside(row, column - 1)) line(column, row, column, row + 1);
  });
  Object.assign(pen, { strokeStyle: ink("point"), lineWidth: 5 });
  pen.stroke();
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => (run.alphas.join() === before.alphas.join() ? state : first(run)),

  build: (root, text, set) => {
    const drawSteps = stepBar(root, find(root, ".alphas"), text, set, { count: (run) => run.alphas.length });
    const drawChart = logChart(find(root, ".chart"), { label: text.chart, axis: "α" });
    drawRamp(find(root, ".scale"), weightColour);

    const onRun = whenChanged();
    /** @type {ReturnType<typeof makeHead>[]} */
    let heads = [];
    /** @type {import("../../draw/log_chart.js").Lines} */
    let chart = { steps: [], lines: [], lowest: LOWEST };
    /** @param {Run} run */
    const prepare = (run) => {
      const { alphas, inside, border, kernel_size: size, model, layer } = run;
      const [count, rows, columns] = run.arrays.attention.shape.slice(1);
      const { grid } = nearMiddle(slice(run.arrays.attention, 0, 0), [rows, columns]);
      heads = Array.from({ length: count }, (_, head) => makeHead(run, head, text));
      chart = { steps: alphas, lines: [inside, border], lowest: LOWEST };
      find(root, ".heads").replaceChildren(...heads.map(({ node }) => node));
      drawBorder(findCanvas(root, ".grid"), run.arrays.interior);
      root.style.setProperty("--size", String(size));
      root.style.setProperty("--shape", `${columns} / ${rows}`);
      root.style.setProperty("--near", `${grid[1]} / ${grid[0]}`);
      find(root, ".which").textContent = format(text.which, { model, layer, size });
      const [channels_in, channels_out] = run.channels;
      find(root, ".conditions").textContent = format(text.conditions, {
        size,
        heads: count,
        channels_in,
        channels_out,
      });
    };

    return (run, state) => {
      onRun([run], () => prepare(run));
      const { alpha, inside, border } = errorsAt(run, state);
      const error = slice(run.arrays.error, state.step);
      for (const head of heads) head.draw(run, state.step);
      drawCells(findCanvas(root, ".error"), error, error.shape, (share) => weightColour(logShare(share, PALEST)));
      drawChart(chart, state.step);
      drawSteps(run, state);
      find(root, ".alpha").textContent = `α = ${alpha}`;
      find(root, ".inside").textContent = scientific(inside, LOWEST);
      find(root, ".border").textContent = scientific(border, LOWEST);
      return { alpha, inside, border };
    };
  },

  read: (run, state, text) => {
    const { alpha, inside, border } = errorsAt(run, state);
    const errors = { alpha, inside: scientific(inside, LOWEST), border: scientific(border, LOWEST) };
    return format(text.reading, { ...errors, model: run.model, layer: run.layer });
  },
};
