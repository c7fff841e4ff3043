// The tree of the search with the candidate that is read: for every view that shows it.
import { find } from "../core/dom.js";
import { tree } from "../draw/tree.js";
import { finePercent, format, word } from "../read/format.js";
import { pieceName, sentence } from "../read/pieces.js";
import { bestSoFar, logNumber, outcome, shownCandidate, written } from "../read/search.js";

/** @typedef {import("../core/lab").DecodeRun} Run */
/** @typedef {import("../core/lab").Candidate} Candidate */
/** @typedef {import("../core/lab").DecodingSharedText} Text */
/**
 * node: the candidate that is read, pinned or only pointed at; null stands for the best one. all: whether every candidate
 * is drawn.
 * @typedef {{step: number, all: boolean, node: Candidate | null, nodePinned: boolean}} TreeState
 */

/** How many of the tokens before a candidate its sentence names. */
const BEFORE = 6;

/** @type {() => Pick<TreeState, "all" | "node" | "nodePinned">} */
export const firstNode = () => ({ all: false, node: null, nodePinned: false });

/** @type {(run: Run, state: Pick<TreeState, "step">) => number} */
export const callsOf = (run, { step }) => Math.min(step, run.search.steps.length);

/** @type {(run: Run, state: Pick<TreeState, "step" | "node">) => Candidate} */
export const candidateOf = (run, state) => shownCandidate(run.search, callsOf(run, state), state.node);

/**
 * What became of the candidate that is read; "" where nothing is decoded yet.
 * @param {Run} run
 * @param {TreeState} state
 */
export const fateOf = (run, state) => {
  const { step, candidate } = candidateOf(run, state);
  return step < 0 ? "" : run.search.steps[step].fate[candidate];
};

/** The tokens before, as they stand in a sentence. */
export const beforeWords = (/** @type {readonly string[]} */ pieces) =>
  (pieces.length > BEFORE ? "… " : "") + sentence(pieces.slice(-BEFORE)) || "▶";

/** @type {(run: Run, state: TreeState, text: Text) => string} */
export function candidateLine(run, state, text) {
  const shown = candidateOf(run, state);
  const { step, candidate } = shown;
  if (step < 0) return text.search_start;
  const { token, log_prob, score } = run.search.steps[step];
  const details = {
    step: step + 1,
    rank: candidate + 1,
    count: token.length,
    token: pieceName(run.search.piece[token[candidate]], text),
    before: beforeWords(written(run.search, shown).slice(0, -1)),
    log_prob: logNumber(log_prob[candidate]),
    share: finePercent(Math.exp(log_prob[candidate] ?? Number.NEGATIVE_INFINITY)),
    score: logNumber(score[candidate]),
  };
  return `${format(text.candidate, details)} ${word(text, "fate_", outcome(run.search, run.forces, shown))}`;
}

/** @type {(run: Run, state: Pick<TreeState, "step">) => string} */
export const bestWords = (run, state) => sentence(bestSoFar(run.search, callsOf(run, state)));

/** Every sentence that the search had for its best one, from the first call on. */
export const allBestWords = (/** @type {Run} */ run) =>
  run.search.steps.map((_, step) => sentence(bestSoFar(run.search, step + 1)));

/**
 * Draws in the .tree and the .readout of `box`, with as many discarded candidates a call as `most`. Returns what draws
 * and gives its numbers.
 * @param {HTMLElement} box
 * @param {Text} text
 * @param {import("../core/lab").SetState<Run, TreeState>} set
 * @param {number} most
 * @returns {(run: Run, state: TreeState) => import("../core/lab").Numbers}
 */
export function treePanel(box, text, set, most) {
  const on = {
    point: (/** @type {Candidate} */ node) => set(({ nodePinned }) => (nodePinned ? null : { node })),
    pick: (/** @type {Candidate} */ node) =>
      set((state) => {
        const same = state.nodePinned && state.node?.step === node.step && state.node.candidate === node.candidate;
        return { node, nodePinned: !same };
      }),
    more: () => set(({ all }) => ({ all: !all })),
  };
  const drawTree = tree(find(box, ".tree"), text, on, most);
  return (run, state) => {
    const shown = candidateOf(run, state);
    find(box, ".readout").textContent = candidateLine(run, state, text);
    drawTree(run.search, run.forces, { calls: callsOf(run, state), chosen: shown, all: state.all });
    return {
      ...{ search: callsOf(run, state), best: bestWords(run, state), fate: fateOf(run, state) },
      node: `${shown.step}:${shown.candidate}`,
      forces: run.forces,
    };
  };
}
