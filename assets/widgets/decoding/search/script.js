// The tree of the search: every candidate with its fate, the pool, and forcing a token.
import { element, find, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { format, sentences, word } from "../../read/format.js";
import { pieceName, sentence } from "../../read/pieces.js";
import { byOutcome, forcesWith, logNumber } from "../../read/search.js";
import { clock } from "../clock.js";
import { keepRoom, sayOutput } from "../output.js";
import { openingStep } from "../steps.js";
import {
  allBestWords,
  bestWords,
  callsOf,
  candidateLine,
  candidateOf,
  fateOf,
  firstNode,
  treePanel,
} from "../tree_panel.js";

/** @typedef {import("../../core/lab").DecodeRun} Run */
/** @typedef {import("../../core/lab").DecodingSearchText} Text */
/** @typedef {import("../tree_panel.js").TreeState & {speed: number}} State */

/** Discarded candidates that a call shows, unless all are wanted. */
const MOST = 6;
/** Height of a line of the pool in pixels, as style.css says. */
const LINE = 24;

const count = (/** @type {Run} */ { search }) => search.steps.length + 1;
/** @type {(run: Run) => State} */
const first = (run) => ({ step: openingStep(count(run), run), speed: 1, ...firstNode() });

/** @type {(run: Run, text: Text) => string} */
function forceLine({ search, forces }, text) {
  const lines = forces.map(([step, , id]) => {
    const token = pieceName(search.piece[search.piece_id.indexOf(id)], text);
    return format(text.forced, { step: step + 1, token });
  });
  return lines.length ? sentences(...lines) : text.force_hint;
}

/** @type {(root: HTMLElement, run: Run, calls: number, text: Text) => void} */
function drawPool(root, { search }, calls, text) {
  const pool = calls ? search.steps[calls - 1].pool : [];
  const lines = pool.map((end) => {
    const { score, token } = search.finished[end];
    const words = sentence(token.map((at) => search.piece[at]));
    const number = element("b", { textContent: logNumber(score, 3) });
    return element("li", {}, number, element("span", { className: "hypothesis", textContent: words, title: words }));
  });
  find(root, ".pool ol").replaceChildren(...lines);
  find(root, ".pool-empty").hidden = pool.length > 0;
  const going = calls ? text.can_improve : "";
  find(root, ".open").textContent = calls === search.steps.length ? word(text, "over_", search.stopped) : going;
}

/**
 * The candidates of the newest call, by what became of them.
 * @type {(root: HTMLElement, run: Run, calls: number, text: Text) => void}
 */
function drawFates(root, { search, forces }, calls, text) {
  find(root, ".of-call").textContent = calls ? format(text.fates, { call: calls }) : "";
  const kinds = calls ? byOutcome(search, forces, calls - 1) : [];
  const lines = kinds.map(([kind, candidates]) => {
    const tokens = candidates.map((at) => pieceName(search.piece[search.steps[calls - 1].token[at]], text));
    return element("li", {}, element("b", { textContent: tokens.join(" ") }), ` ${word(text, "fate_", kind)}`);
  });
  find(root, ".fates").replaceChildren(...lines);
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => {
    if (run === before) return state;
    const step = openingStep(count(run), run, { state, before });
    return { ...first(run), step, speed: state.speed, all: state.all };
  },

  build: (root, text, set, act) => {
    const change = (/** @type {any} */ _, /** @type {Run} */ __, /** @type {State} */ state) => ({
      node: state.nodePinned ? state.node : null,
    });
    const drawClock = clock(root, text, set, { count, change });
    const drawTree = treePanel(root, text, set, MOST);
    const [press, release] = [".press", ".release"].map((name) => /** @type {HTMLButtonElement} */ (find(root, name)));
    // Tokens are forced in the run that is drawn, with those that were forced before them.
    /** @type {import("../../core/lab").Force[]} */
    let forces = [];
    press.onclick = () => act("force", { forces });
    release.onclick = () => act("force", { forces: [] });
    bindKeys(root, { Escape: () => set({ node: null, nodePinned: false }) });

    const onRun = whenChanged();
    return (run, state) => {
      const calls = callsOf(run, state);
      const [shown, fate] = [candidateOf(run, state), fateOf(run, state)];
      onRun([run], () => {
        keepRoom(root, allBestWords(run));
        const most = Math.max(2, ...run.search.steps.map(({ pool }) => pool.length));
        find(root, ".pool").style.height = `${LINE * most}px`;
      });
      find(root, ".force-line").textContent = forceLine(run, text);
      find(root, ".calls").textContent = format(calls < count(run) - 1 ? text.calls : text.calls_done, {
        done: calls,
        count: count(run) - 1,
      });
      const numbers = drawTree(run, state);
      drawPool(root, run, calls, text);
      drawFates(root, run, calls, text);
      sayOutput(root, bestWords(run, state));
      if (shown.step >= 0) forces = forcesWith(run.search, run.forces, shown);
      press.hidden = !state.nodePinned || ["", "kept", "finished"].includes(fate);
      release.hidden = !run.forces.length;
      for (const button of [press, release]) button.disabled = Boolean(state.pending);
      drawClock(run, state);
      return numbers;
    };
  },

  read: candidateLine,
};
