// The autoregressive side: the tree, its pool, and forcing a token.
import { element, find, whenChanged } from "../../core/dom.js";
import { tree } from "../../draw/tree.js";
import { format, percent, word } from "../../read/format.js";
import { longest, pieceName, sentence } from "../../read/pieces.js";
import { bestSoFar, forcesWith, logNumber, outcome, shownCandidate, written } from "../../read/search.js";
import { sayOutput } from "./output.js";

/** @typedef {import("../../core/lab").DecodeRun} Run */
/** @typedef {import("../../core/lab").Candidate} Candidate */
/** @typedef {import("../../core/lab").DecodingDecodeText} Text */
/** @typedef {import("./state.js").State} State */

/** How many of the tokens before a candidate its sentence names. */
const BEFORE = 6;
/** Height of a line of the pool in pixels, as tree.css says. */
const LINE = 24;

/** @type {(run: Run, state: Pick<State, "step">) => number} */
export const callsOf = (run, { step }) => Math.min(step, run.search.steps.length);

/** @type {(run: Run, state: Pick<State, "step" | "node">) => Candidate} */
export const candidateOf = (run, state) => shownCandidate(run.search, callsOf(run, state), state.node);

/**
 * What became of the candidate that is shown; "" where nothing is decoded yet.
 * @param {Run} run
 * @param {State} state
 */
export const fateOf = (run, state) => {
  const { step, candidate } = candidateOf(run, state);
  return step < 0 ? "" : run.search.steps[step].fate[candidate];
};

/** @type {(run: Run, state: State, text: Text) => string} */
export function candidateLine(run, state, text) {
  const shown = candidateOf(run, state);
  const { step, candidate } = shown;
  if (step < 0) return text.search_start;
  const { token, log_prob, score } = run.search.steps[step];
  const before = written(run.search, shown).slice(0, -1);
  const details = {
    step: step + 1,
    rank: candidate + 1,
    count: token.length,
    token: pieceName(run.search.piece[token[candidate]], text),
    before: (before.length > BEFORE ? "… " : "") + sentence(before.slice(-BEFORE)) || "▶",
    log_prob: logNumber(log_prob[candidate]),
    share: percent(Math.exp(log_prob[candidate] ?? Number.NEGATIVE_INFINITY)),
    score: logNumber(score[candidate]),
  };
  return `${format(text.candidate, details)} ${word(text, "fate_", outcome(run.search, run.forces, shown))}`;
}

/** @type {(run: Run, text: Text) => string} */
function forceLine({ search, forces }, text) {
  const lines = forces.map(([step, , id]) => {
    const token = pieceName(search.piece[search.piece_id.indexOf(id)], text);
    return format(text.forced, { step: step + 1, token });
  });
  return lines.length ? lines.join(" ") : text.force_hint;
}

/**
 * Returns what draws the side and its numbers.
 * @param {HTMLElement} box
 * @param {Text} text
 * @param {import("../../core/lab").SetState<Run, State>} set
 * @param {import("../../core/lab").Act} act
 * @returns {(run: Run, state: State & {pending?: boolean}) => import("../../core/lab").Numbers}
 */
export function searchPanel(box, text, set, act) {
  const drawTree = tree(find(box, ".tree"), text, {
    point: (node) => set(({ nodePinned }) => (nodePinned ? null : { node, pointed: {} })),
    pick: (node) =>
      set((state) => {
        const same = state.nodePinned && state.node?.step === node.step && state.node.candidate === node.candidate;
        return { node, nodePinned: !same, pointed: {} };
      }),
    more: () => set(({ all }) => ({ all: !all })),
  });
  const [press, release] = [".press", ".release"].map((name) => /** @type {HTMLButtonElement} */ (find(box, name)));
  // Tokens are forced in the run that is drawn, with those that were forced before them.
  /** @type {import("../../core/lab").Force[]} */
  let forces = [];
  press.onclick = () => act("force", { forces });
  release.onclick = () => act("force", { forces: [] });

  const onRun = whenChanged();
  /** @param {Run} run */
  const keepRoom = (run) => {
    const { steps } = run.search;
    const sentences = steps.map((_, step) => sentence(bestSoFar(run.search, step + 1)));
    find(box, ".output .longest").textContent = longest(sentences);
    find(box, ".pool").style.height = `${LINE * Math.max(2, ...steps.map(({ pool }) => pool.length))}px`;
  };

  /** @type {(run: Run, calls: number) => void} */
  const drawPool = ({ search }, calls) => {
    const pool = calls ? search.steps[calls - 1].pool : [];
    const lines = pool.map((end) => {
      const { score, token } = search.finished[end];
      const words = sentence(token.map((at) => search.piece[at]));
      const [number, output] = [
        logNumber(score, 3),
        element("span", { className: "hypothesis", textContent: words, title: words }),
      ];
      return element("li", {}, element("b", { textContent: number }), output);
    });
    find(box, ".pool ol").replaceChildren(...lines);
    find(box, ".pool-empty").hidden = pool.length > 0;
    const over = calls === search.steps.length;
    const going = calls ? text.can_improve : "";
    find(box, ".open").textContent = over ? word(text, "over_", search.stopped) : going;
  };

  return (run, state) => {
    const calls = callsOf(run, state);
    const shown = candidateOf(run, state);
    const best = sentence(bestSoFar(run.search, calls));
    const fate = fateOf(run, state);
    onRun([run], () => keepRoom(run));
    find(box, ".force-line").textContent = forceLine(run, text);
    find(box, ".readout").textContent = candidateLine(run, state, text);
    drawTree(run.search, run.forces, { calls, chosen: shown, all: state.all });
    drawPool(run, calls);
    sayOutput(box, best);
    if (shown.step >= 0) forces = forcesWith(run.search, run.forces, shown);
    press.hidden = !state.nodePinned || ["", "kept", "finished"].includes(fate);
    release.hidden = !run.forces.length;
    for (const button of [press, release]) button.disabled = Boolean(state.pending);
    return { search: calls, best, fate, node: `${shown.step}:${shown.candidate}`, forces: run.forces };
  };
}
