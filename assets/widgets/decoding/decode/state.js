// What a visitor can change in the view, and what of it still fits another run.
import { attentionSize } from "../../read/decoder_attention.js";

/** @typedef {import("../../core/lab").DecodeRun} Run */
/** @typedef {import("../../core/lab").Head} Head */
/** @typedef {import("../../core/lab").Way} Way */
/** @typedef {import("./attention_panel.js").Weight} Weight */
/**
 * node, cell: the chosen candidate of the tree and place of the grid, each pinned or only pointed at; no node stands for
 * the best one, no pass for the last. model, length: indices into refine and its lengths. pointed: the weight under the
 * pointer in each way's matrix.
 * @typedef {{
 *   step: number, speed: number, all: boolean,
 *   node: import("../../core/lab").Candidate | null, nodePinned: boolean,
 *   cell: {pass: number | null, position: number}, cellPinned: boolean,
 *   model: number, length: number,
 *   layer: number, head: Head, pointed: Partial<Record<Way, Weight>>,
 * }} State
 */

/** How many steps the clock has: nothing done, then one decoder call and one pass a step. */
export const stepsOf = (/** @type {Run} */ run) =>
  1 + Math.max(run.search.steps.length, run.arrays[`refine_0_${run.refine[0].best}_token`].shape[0]);

/** @type {(run: Run) => State} */
export const first = (run) => ({
  step: run.forces.length ? stepsOf(run) - 1 : 1,
  speed: 1,
  all: false,
  node: null,
  nodePinned: false,
  cell: { pass: null, position: 0 },
  cellPinned: false,
  model: 0,
  length: run.refine[0].best,
  layer: attentionSize(run).layers - 1,
  head: "mean",
  pointed: {},
});

/**
 * A forced token shows where it leads, a released one what was seen before; what a force does not touch stays chosen.
 * @type {(state: State, run: Run, before: Run) => State}
 */
export function keep(state, run, before) {
  if (run === before) return state;
  const fresh = first(run);
  const sameDecoders = JSON.stringify(attentionSize(run)) === JSON.stringify(attentionSize(before));
  const samePasses = JSON.stringify(run.refine) === JSON.stringify(before.refine);
  const released = before.forces.length > 0 && !run.forces.length && run.sentence === before.sentence;
  const { cell, cellPinned, model, length } = samePasses ? state : fresh;
  return {
    ...fresh,
    step: released ? Math.min(state.step, stepsOf(run) - 1) : fresh.step,
    ...{ speed: state.speed, all: state.all },
    ...{ cell, cellPinned, model, length },
    ...(sameDecoders ? { layer: state.layer, head: state.head } : {}),
  };
}

/** What is let go when the clock steps: all but what is pinned; a pinned position follows the passes. */
export const stepped = (/** @type {State} */ state) => ({
  node: state.nodePinned ? state.node : null,
  cell: { pass: null, position: state.cell.position },
  pointed: {},
});

/** What Escape lets go. */
export const letGo = (/** @type {State} */ state) => ({
  ...{ node: null, nodePinned: false, cellPinned: false, pointed: {} },
  cell: { pass: null, position: state.cell.position },
});
