// Beam search beside mask-predict, for one sentence, driven by one step bar.
import { find, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { format } from "../../read/format.js";
import { sentence } from "../../read/pieces.js";
import { clock } from "../clock.js";
import { allWords, cellLine, firstCell, gridPanel, passesOf, passOf } from "../grid_panel.js";
import { keepRoom, sayOutput } from "../output.js";
import { openingStep, samePasses, stepsOf } from "../steps.js";
import { allBestWords, bestWords, callsOf, candidateLine, firstNode, treePanel } from "../tree_panel.js";

/** @typedef {import("../../core/lab").DecodeRun} Run */
/** @typedef {import("../../core/lab").DecodingDecodeText} Text */
/** @typedef {import("../tree_panel.js").TreeState & import("../grid_panel.js").GridState & {speed: number}} State */

/** Discarded candidates that a call shows. */
const MOST = 3;

/** @type {(run: Run) => State} */
const first = (run) => ({ step: openingStep(stepsOf(run), run), speed: 1, ...firstNode(), ...firstCell(run) });

/** What is let go when the clock steps: all but what is pinned; a pinned position follows the passes. */
const stepped = (/** @type {State} */ state) => ({
  node: state.nodePinned ? state.node : null,
  cell: { pass: null, position: state.cell.position },
});

/** What Escape lets go. */
const letGo = (/** @type {State} */ { cell }) => ({
  ...{ node: null, nodePinned: false, cellPinned: false },
  cell: { pass: null, position: cell.position },
});

/** @type {(done: number, count: number, going: string, over: string) => string} */
const progress = (done, count, going, over) => format(done < count ? going : over, { done, count });

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => {
    if (run === before) return state;
    const { cell, cellPinned, speed, all } = state;
    const step = openingStep(stepsOf(run), run, { state, before });
    return { ...first(run), step, speed, all, ...(samePasses(run, before) ? { cell, cellPinned } : {}) };
  },

  build: (root, text, set) => {
    const drawClock = clock(root, text, set, { count: stepsOf, change: (_, __, state) => stepped(state) });
    const [left, right] = [find(root, "section.autoregressive"), find(root, "section.non_autoregressive")];
    const [drawTree, drawGrid] = [treePanel(left, text, set, MOST), gridPanel(right, text, set)];
    bindKeys(root, { Escape: () => set((state) => letGo(state)) });

    const onRun = whenChanged();
    /** @type {import("../../read/refinement.js").Passes} */
    let passes;
    return (run, state) => {
      onRun([run], () => {
        passes = passesOf(run, state);
        keepRoom(left, allBestWords(run));
        keepRoom(right, allWords(passes));
      });
      const [calls, pass] = [callsOf(run, state), passOf(passes, state)];
      find(root, ".calls").textContent = progress(calls, run.search.steps.length, text.calls, text.calls_done);
      find(root, ".passed").textContent = progress(pass, passes.passes, text.passes, text.passes_done);
      sayOutput(left, bestWords(run, state));
      sayOutput(right, pass ? sentence(passes.row(pass - 1).map(({ piece }) => piece)) : "");
      drawClock(run, state);
      return { ...drawTree(run, state), ...drawGrid(run, state, passes) };
    };
  },

  read: (run, state, text) =>
    format(text.reading, { search: candidateLine(run, state, text), refinement: cellLine(run, state, text) }),
};
