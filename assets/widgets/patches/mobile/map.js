// The map of a block over the photo: sizes, sets and attention in cells, and the lines of pixels and patches.
import { constants, ink } from "../../core/theme.js";
import { drawCells, overlayColour, squaresOver, weightColour } from "../../draw/cells.js";
import { sharesOfLargest } from "../../read/attention.js";
import { setOf, slotOf } from "../../read/mobile.js";
import { slice } from "../../read/slice.js";

/** @typedef {import("../../core/lab").MobileRun} Run */
/** @typedef {import("../../core/lab").MobileBlock} Block */
/** @typedef {import("../../core/lab").Colour} Colour */
/** @typedef {import("./frame.js").Frame} Frame */

/** Dots of the canvas of lines. */
const ACROSS = 1152;
/** Over what attention does not look at. */
const SHADE = [0, 0, 0, 225];
/** Pictures of the film with patches. */
const CUT = ["unfold", "attention", "fold"];

/**
 * The colour of a set: of what lies at one place of all patches.
 * @type {(place: number, alpha?: number) => Colour}
 */
export const setColour = (place, alpha = 255) => [...constants.series[place % constants.series.length], alpha];

/** A weight in [0, 1] over a pixel that is looked at, more transparent than elsewhere. @type {(weight: number) => Colour} */
const lookedAt = (weight) => [...overlayColour(weight).slice(0, 3), 60 + 180 * weight];

/** @type {(run: Run, index: number, map: number) => number[]} */
const sizesOf = (run, index, map) => Array.from(slice(run.arrays[`size_${index}`], map), (byte) => byte / 255);

/** @type {(canvas: HTMLCanvasElement, run: Run, frame: Frame) => void} */
export function drawHeat(canvas, run, { kind, map, index, block, place, row }) {
  const sizes = sizesOf(run, index, map);
  if (kind === "unfold") {
    drawCells(canvas, [...sizes.keys()], block.grid, (pixel) => {
      const other = slotOf(block, pixel).place;
      return setColour(other, other === place ? 235 : 120);
    });
  } else if (row) {
    const weights = new Float32Array(sizes.length).fill(-1);
    const shares = sharesOfLargest(row);
    for (const [patch, pixel] of setOf(block, place).entries()) weights[pixel] = shares[patch];
    drawCells(canvas, weights, block.grid, (weight) => (weight < 0 ? SHADE : lookedAt(weight)));
  } else drawCells(canvas, sizes, block.grid, overlayColour);
}

/**
 * A small picture of what a picture of the film shows.
 * @type {(canvas: HTMLCanvasElement, run: Run, frame: Pick<Frame, "kind" | "map" | "index" | "block">) => void}
 */
export function drawSmall(canvas, run, { kind, map, index, block }) {
  const sizes = sizesOf(run, index, map);
  if (kind === "unfold") drawCells(canvas, [...sizes.keys()], block.grid, (at) => setColour(slotOf(block, at).place));
  else drawCells(canvas, sizes, block.grid, weightColour);
}

/** @type {(canvas: HTMLCanvasElement, block: Block, kind: Frame["kind"]) => void} */
export function drawLines(canvas, { grid, patch }, kind) {
  const { squares } = squaresOver(canvas, grid, ACROSS);
  squares(1, 1, ink("paper", 0.3));
  if (CUT.includes(kind)) squares(patch, 2.5, ink("paper", 0.6));
}
