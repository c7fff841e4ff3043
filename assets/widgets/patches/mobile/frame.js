// One picture of a block's film by index: what it shows, the chosen pixel of its map, and what this reads and sees.
import { sum } from "../../read/attention.js";
import {
  attentionRow,
  fieldOf,
  framesOf,
  halfCount,
  patchesOf,
  placesOf,
  reach,
  reads,
  slotOf,
  windowOf,
} from "../../read/mobile.js";
import { tokenAt } from "../../read/pair.js";

/** @typedef {import("../../core/lab").MobileRun} Run */
/** @typedef {import("../../core/lab").Head} Head */
/** @typedef {ReturnType<typeof frameOf>} Frame */
/**
 * A block, a picture of its film, a head, and a point of the photo: shares down and across.
 * @typedef {{block: number, step: number, head: Head, spot: [number, number], pinned: boolean}} State
 */

/** Pictures in which a convolution reads a window of the map. */
const CONVOLVED = ["local", "fusion"];

/**
 * @param {Run} run
 * @param {State} state
 */
export function frameOf(run, { block: index, step, head, spot }) {
  const block = run.blocks[index];
  const { kind, map, layer } = framesOf(block)[step];
  const pixel = tokenAt(block.grid, spot);
  return {
    kind,
    map,
    layer,
    index,
    block,
    pixel,
    ...slotOf(block, pixel),
    places: placesOf(block),
    patches: patchesOf(block),
    count: block.grid[0] * block.grid[1],
    window: CONVOLVED.includes(kind) ? windowOf(block, pixel) : null,
    field: fieldOf(block, map, pixel),
    reads: sum(reads(block, kind, pixel)),
    reached: sum(reach(block, kind, pixel)),
    row: layer === null ? null : attentionRow(run, index, layer, pixel, head),
    half: layer === null ? null : halfCount(run, index, layer, pixel, head),
  };
}

/**
 * Another block at the same kind of picture.
 * @type {(run: Run, state: State, index: number) => Partial<State>}
 */
export function toBlock(run, { block, step }, index) {
  const { kind } = framesOf(run.blocks[block])[step];
  return { block: index, step: framesOf(run.blocks[index]).findIndex((frame) => frame.kind === kind) };
}
