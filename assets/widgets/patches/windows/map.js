// The map of tokens over the photo: rolled, in windows, with weights and regions.
import { element, penOf } from "../../core/dom.js";
import { constants, ink } from "../../core/theme.js";
import { drawCells, drawPixels, overlayColour, squaresOver } from "../../draw/cells.js";
import { largest } from "../../read/attention.js";

/** @typedef {import("./frame.js").Run} Run */
/** @typedef {import("./frame.js").Frame} Frame */

/** Dots of the canvas for each pixel of the photo, so that it rolls smoothly. */
const FINE = 4;
/** Dots of the canvas of lines. */
const ACROSS = 1024;
const GLIDE_MS = 500;

/**
 * The photo, rolled by some cells up and to the left. glide() moves it there in half a second and calls `done`, unless
 * another drawing comes before.
 * @param {HTMLCanvasElement} canvas
 */
export function rollingPhoto(canvas) {
  const source = element("canvas");
  let moving = 0;

  /** @type {(grid: readonly number[], by: number) => void} */
  const paint = ([rows, columns], by) => {
    const [width, height] = [FINE * source.width, FINE * source.height];
    Object.assign(canvas, { width, height });
    const pen = penOf(canvas);
    pen.imageSmoothingEnabled = false;
    const [x, y] = [(-by * width) / columns, (-by * height) / rows];
    for (const right of [0, width]) {
      for (const down of [0, height]) pen.drawImage(source, x + right, y + down, width, height);
    }
  };

  /** @type {(grid: readonly number[], by: number) => void} */
  const draw = (grid, by) => {
    moving += 1;
    paint(grid, by);
  };

  /** @type {(grid: readonly number[], from: number, to: number, done: () => void) => void} */
  const glide = (grid, from, to, done) => {
    moving += 1;
    const mine = moving;
    const begun = performance.now();
    /** @param {number} now */
    const tick = (now) => {
      if (moving !== mine) return;
      const share = Math.min(1, Math.max(0, now - begun) / GLIDE_MS);
      paint(grid, from + (to - from) * share);
      if (share < 1) requestAnimationFrame(tick);
      else done();
    };
    tick(begun);
  };

  /** @param {Run} run */
  const load = (run) => drawPixels(source, run.arrays.pixels);
  return { load, draw, glide };
}

/**
 * Attention in the chosen window, or the regions of the shifted map.
 * @type {(canvas: HTMLCanvasElement, run: Run, frame: Frame) => void}
 */
export function drawHeat(canvas, run, { kind, index, grid, place, row, drawnAt }) {
  const weights = new Float32Array(grid[0] * grid[1]).fill(-1);
  const top = row[largest(row)];
  if (kind === "attention") {
    for (const [slot, weight] of row.entries()) weights[drawnAt(place.tokens[slot])] = weight / top;
  }
  const regions = kind === "mask" ? run.arrays[`region_${index}`] : new Uint8Array(weights.length);
  const rest = [0, 0, 0, kind === "attention" ? 110 : 0];
  const { series } = constants;
  /** @param {number} cell */
  const paint = (cell) => {
    if (weights[cell] >= 0) return overlayColour(weights[cell]);
    return regions[cell] ? [...series[(regions[cell] - 1) % series.length], 150] : rest;
  };
  drawCells(canvas, [...weights.keys()], grid, paint);
}

/** @type {(canvas: HTMLCanvasElement, frame: Frame) => void} */
export function drawLines(canvas, { kind, block, grid, inWindows }) {
  const { pen, cell, squares } = squaresOver(canvas, grid, ACROSS);
  squares(1, 1.5, ink("paper", 0.55));
  if (kind === "merge") squares(2, 6, ink("highlight"));
  if (inWindows) squares(block.window, 6, ink("highlight"));
  if (kind === "mask") writeRegions(pen, cell, block);
}

/**
 * The region ids, each in the middle of its region.
 * @type {(pen: CanvasRenderingContext2D, cell: number, block: import("../../core/lab").SwinBlock) => void}
 */
function writeRegions(pen, cell, { grid: [rows, columns], window, shift }) {
  /** @type {(side: number) => [number, number][]} */
  const parts = (side) => [
    [0, side - window],
    [side - window, side - shift],
    [side - shift, side],
  ];
  Object.assign(pen, {
    textAlign: "center",
    textBaseline: "middle",
    fillStyle: ink("paper"),
    strokeStyle: ink("ink", 0.8),
    lineWidth: 8,
    lineJoin: "round",
  });
  for (const [down, [top, bottom]] of parts(rows).entries()) {
    for (const [across, [left, right]] of parts(columns).entries()) {
      pen.font = `600 ${Math.min(72, cell * 0.9 * Math.min(bottom - top, right - left))}px sans-serif`;
      const [x, y] = [((left + right) / 2) * cell, ((top + bottom) / 2) * cell];
      pen.strokeText(String(3 * down + across), x, y);
      pen.fillText(String(3 * down + across), x, y);
    }
  }
}
