// One distribution of the next token, and what temperature, top-k, top-p, the beam width and the length penalty do.
import { find } from "../../core/dom.js";
import { RANGES as COMMON, NEUTRAL, sliders, tokenBar } from "../../draw/distribution.js";
import { finePercent, format, number } from "../../read/format.js";
import { pieceName } from "../../read/pieces.js";
import { warped } from "../../read/sampling.js";
import { clock } from "../clock.js";
import { beforeWords } from "../tree_panel.js";
import { BOUNDS, penaltyLine, penaltyPanel } from "./penalty.js";

/** @typedef {import("../../core/lab").SamplingRun} Run */
/** @typedef {import("../../core/lab").DecodingSamplingText} Text */
/**
 * @typedef {{temperature: number, top_k: number, top_p: number, beam_width: number, length_penalty: number}} Settings
 */
/** @typedef {{step: number, speed: number} & Settings} State */
/** @typedef {import("../../core/lab").SetState<Run, State>} Set */

/** Tokens that get a bar. */
const BARS = 13;
/**
 * What each slider can be; the inputs of the exhibit can be the same.
 * @type {Record<keyof Settings, import("../../draw/distribution.js").Range>}
 */
const RANGES = {
  temperature: COMMON.temperature,
  top_k: COMMON.top_k,
  top_p: COMMON.top_p,
  beam_width: { min: 1, max: 8, step: 1 },
  length_penalty: { min: BOUNDS[0], max: BOUNDS[1], step: 0.05 },
};

const stepsOf = (/** @type {Run} */ { arrays }) => arrays.log_prob.shape[0] + 1;

/** Log probabilities of a call, from 1. @type {(run: Run, call: number) => ArrayLike<number>} */
function logProbOf({ arrays }, call) {
  const ranks = arrays.log_prob.shape[1];
  return arrays.log_prob.subarray((call - 1) * ranks, call * ranks);
}

/** The call whose most probable token is the least probable. */
function leastCertain(/** @type {Run} */ run) {
  const calls = Array.from({ length: stepsOf(run) - 1 }, (_, at) => at + 1);
  return calls.reduce((best, call) => (logProbOf(run, call)[0] < logProbOf(run, best)[0] ? call : best), 1);
}

/** @type {(run: Run) => Settings} */
const neutral = ({ beam_width, length_penalty }) => ({
  temperature: NEUTRAL.temperature,
  top_k: NEUTRAL.top_k,
  top_p: NEUTRAL.top_p,
  beam_width,
  length_penalty,
});
/** @type {(run: Run) => State} */
const first = (run) => ({ step: leastCertain(run), speed: 1, ...neutral(run) });

/** What is kept, as a sentence. @type {(run: Run, state: State, text: Text) => string} */
function keptLine(run, state, text) {
  if (!state.step) return text.start;
  const logProb = logProbOf(run, state.step);
  const { kept, mass, probability } = warped(logProb, state);
  const details = { kept, count: logProb.length, mass: finePercent(mass), first: finePercent(probability[0]) };
  return format(kept === logProb.length ? text.kept_all : text.kept_line, details);
}

/** @type {(run: Run, step: number, text: Text) => string} */
function callLine(run, step, text) {
  if (!step) return "";
  const before = run.output.slice(0, step - 1).map((token) => run.piece[token]);
  return format(text.call, { call: step, count: stepsOf(run) - 1, before: beforeWords(before) });
}

/**
 * A token's bars: the model's own probability, and what is left of it.
 * @type {(run: Run, state: State, rank: number, left: ReturnType<typeof warped>, text: Text) => HTMLElement}
 */
function row(run, state, rank, left, text) {
  const token = run.named[state.step - 1][rank];
  const own = Math.exp(logProbOf(run, state.step)[rank]);
  const now = left.probability[rank] ?? 0;
  const cut = rank < left.kept ? "" : rank < left.after_k ? text.cut_p : text.cut_k;
  const took = token === run.output[state.step - 1] ? "▶" : "";
  const marks = took + (run.kept[state.step - 1].includes(token) ? "●" : "");
  const node = tokenBar({ name: pieceName(run.piece[token], text), own, now, cut, marks });
  node.classList.toggle("beam", rank < state.beam_width);
  return node;
}

/** @type {(root: HTMLElement, run: Run, state: State, text: Text) => import("../../core/lab").Numbers} */
function drawBars(root, run, state, text) {
  const logProb = logProbOf(run, state.step);
  const left = warped(logProb, state);
  const shown = Math.min(BARS, run.named[state.step - 1].length);
  find(root, ".token-bars").replaceChildren(
    ...Array.from({ length: shown }, (_, rank) => row(run, state, rank, left, text)),
  );
  const rest = left.probability.subarray(shown).reduce((sum, share) => sum + share, 0);
  const more = logProb.length - shown;
  find(root, ".rest").textContent =
    more > 0 ? `${format(text.rest, { count: number(more) })}: ${finePercent(rest)}` : "";
  const known = logProb.length;
  const unknown = 1 - Array.from(logProb).reduce((sum, value) => sum + Math.exp(value), 0);
  find(root, ".truncated").textContent =
    known < run.vocabulary
      ? format(text.truncated, { vocabulary: number(run.vocabulary), known: number(known), rest: finePercent(unknown) })
      : "";
  return { kept: left.kept, after_k: left.after_k, mass: left.mass, shares: [...left.probability.subarray(0, shown)] };
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => (run === before ? state : { ...state, step: leastCertain(run) }),

  build: (root, text, set) => {
    const drawClock = clock(root, text, set, { count: stepsOf });
    const drawSliders = sliders(root, text, RANGES, set, neutral);
    const drawPenalty = penaltyPanel(find(root, ".penalty"), text);
    return (run, state) => {
      const { step } = state;
      drawClock(run, state);
      drawSliders(state);
      find(root, ".calls").textContent = callLine(run, step, text);
      find(root, ".kept").textContent = keptLine(run, state, text);
      find(root, ".beam-legend").textContent = format(text.legend_beam, { beam: state.beam_width });
      for (const name of [".distribution", ".penalty"]) find(root, name).classList.toggle("later", !step);
      if (!step) return { kept: 0, shares: [], ranking: [] };
      return { ...drawBars(root, run, state, text), ranking: drawPenalty(run, state.length_penalty) };
    };
  },

  read: (run, state, text) =>
    state.step
      ? format(text.reading, {
          call: callLine(run, state.step, text),
          bars: keptLine(run, state, text),
          penalty: penaltyLine(run, text),
        })
      : keptLine(run, state, text),
};
