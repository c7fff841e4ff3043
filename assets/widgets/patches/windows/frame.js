// One frame of the film by index: its block, its map as it is drawn, and the chosen place in it.
import { attentionRow, patchIn, rolled, token, windowSlot } from "../../read/swin.js";

/** @typedef {import("../../core/lab").SwinRun} Run */
/** @typedef {import("../../core/lab").FrameKind} Kind */
/** @typedef {import("../../core/lab").Head} Head */
/** @typedef {ReturnType<typeof frameOf>} Frame */
/**
 * A frame of the film, a head, and the chosen place as a patch of the first map.
 * @typedef {{step: number, head: Head, spot: number, pinned: boolean, speed: number}} State
 */

/** In these frames the map is drawn as it stands after the cyclic shift. */
const SHIFTED = ["shift", "mask", "attention"];
/** In these frames no window is drawn. */
const WHOLE = ["grid", "merge", "reverse"];
/** When these frames have passed, their block has done its work. */
const DONE = ["attention", "reverse", "merge"];

/**
 * @param {Run} run
 * @param {State} state
 */
export function frameOf(run, { step, head, spot }) {
  const { kind, block: index } = run.frames[step];
  const block = run.blocks[index];
  const { grid } = block;
  const shift = SHIFTED.includes(kind) ? block.shift : 0;
  const chosen = token(run, index, spot);
  const place = windowSlot(run, index, chosen);
  return {
    kind,
    index,
    block,
    grid,
    shift,
    token: chosen,
    place,
    row: attentionRow(run, index, place, head),
    /** Blocks that the film has passed. */
    passed: index + (DONE.includes(kind) ? 1 : 0),
    inWindows: !WHOLE.includes(kind),
    /** Where a token of the map is drawn. */
    drawnAt: (/** @type {number} */ other) => rolled(other, -shift, grid),
    /** The place that a drawn cell stands for. */
    spotAt: (/** @type {number} */ cell) => patchIn(run, index, rolled(cell, shift, grid)),
  };
}

/**
 * A step of the film; a head that its block does not have becomes the mean of all.
 * @type {(run: Run, state: State, step: number) => Partial<State>}
 */
export function stepTo(run, { head }, step) {
  const count = run.arrays[`attention_${run.frames[step].block}`].shape[1];
  return { step, head: head !== "mean" && head >= count ? "mean" : head };
}
