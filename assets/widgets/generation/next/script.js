// What may come after a text, and what temperature, top-k, top-p, min-p and a repetition penalty make of it.
import { find, whenChanged } from "../../core/dom.js";
import { buttonGroup } from "../../draw/choices.js";
import { NEUTRAL, RANGES, sliders, tokenBar } from "../../draw/distribution.js";
import { finePercent, format, number } from "../../read/format.js";
import { pieceName } from "../../read/pieces.js";
import { bits, penalised, warped } from "../../read/sampling.js";
import { logShare } from "../../read/scale.js";
import { tokenNode } from "../tokens.js";
import { drawRanks } from "./ranks.js";

/** @typedef {import("../../core/lab").NextRun} Run */
/** @typedef {import("../../core/lab").GenerationNextText} Text */
/** @typedef {{log: boolean} & typeof NEUTRAL} State */
/** @typedef {ReturnType<typeof distribution>} Distribution */

/** Tokens that get a bar. */
const BARS = 13;
/** The power of ten at which a logarithmic bar begins. */
const LOWEST = -6;

/** The model's own probabilities by rank, and what is left of them by the rank that the penalty gives.
 * @type {(run: Run, state: State) => ReturnType<typeof warped> & {own: Float64Array, order: number[]}} */
function distribution({ arrays }, state) {
  const { logits, order } = penalised(arrays.logits, arrays.seen, state.repetition_penalty);
  return { ...warped(logits, state), order, own: warped(arrays.logits, NEUTRAL).probability };
}

/** What cuts a rank, "" for nothing. @type {(rank: number, left: Distribution, text: Text) => string} */
function cutOf(rank, { kept, after_k, after_p }, text) {
  if (rank < kept) return "";
  if (rank < after_p) return text.cut_min_p;
  return rank < after_k ? text.cut_p : text.cut_k;
}

/** @type {(left: Distribution, text: Text) => string} */
function keptLine({ kept, own, mass, probability }, text) {
  const details = {
    kept: number(kept),
    count: number(own.length),
    mass: finePercent(mass),
    first: finePercent(probability[0]),
  };
  return format(kept === own.length ? text.kept_all : text.kept_line, details);
}

/** @type {(left: Distribution, text: Text) => string} */
const entropyLine = ({ own, probability }, text) =>
  format(text.entropies, {
    own: number(bits(own), 2),
    choices: number(2 ** bits(own), 1),
    now: number(bits(probability), 2),
  });

/** Where each rule that is on cuts. @type {(left: Distribution, state: State, text: Text) => {name: string, kept: number}[]} */
const cuts = ({ after_k, after_p, kept }, state, text) => [
  ...(state.top_k ? [{ name: text.top_k, kept: after_k }] : []),
  ...(state.top_p < 1 ? [{ name: text.top_p, kept: after_p }] : []),
  ...(state.min_p ? [{ name: text.min_p, kept }] : []),
];

/** @type {(root: HTMLElement, run: Run, state: State, left: Distribution, text: Text) => void} */
function drawBars(root, run, { log }, left, text) {
  const width = log ? (/** @type {number} */ share) => (share > 0 ? logShare(share, LOWEST) : 0) : undefined;
  const shown = left.order.slice(0, BARS).filter((at) => at < run.piece.length);
  const bars = shown.map((at, rank) =>
    tokenBar({
      ...{ name: pieceName(run.piece[at], text), own: left.own[at], now: left.probability[rank] ?? 0 },
      ...{ cut: cutOf(rank, left, text), marks: run.arrays.seen[at] ? "↺" : "", width },
    }),
  );
  find(root, ".token-bars").replaceChildren(...bars);
  const rest = left.probability.subarray(shown.length).reduce((sum, share) => sum + share, 0);
  const more = { count: number(left.order.length - shown.length), share: finePercent(rest) };
  find(root, ".rest").textContent = left.order.length > shown.length ? format(text.rest, more) : "";
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first: () => ({ ...NEUTRAL, log: false }),

  keep: (state) => state,

  build: (root, text, set) => {
    const drawSliders = sliders(root, text, RANGES, set, () => NEUTRAL);
    const drawScale = buttonGroup(find(root, ".scale"), text.scale, (/** @type {boolean} */ log) => set({ log }));
    const onRun = whenChanged();
    const scales = [
      { value: false, label: text.linear },
      { value: true, label: text.logarithmic },
    ];
    return (run, state) => {
      onRun([run], () => {
        const nodes = run.token.map((piece, at) => tokenNode("span", piece, run.surprise[at], text));
        find(root, ".text-tokens").replaceChildren(...nodes);
      });
      const left = distribution(run, state);
      drawSliders(state);
      drawScale(scales, state.log);
      drawBars(root, run, state, left, text);
      const curves = { own: left.own, now: left.probability, cuts: cuts(left, state, text) };
      drawRanks(find(root, ".curve"), curves, { label: text.ranks, axis: text.rank });
      find(root, ".kept").textContent = keptLine(left, text);
      find(root, ".entropies").textContent = entropyLine(left, text);
      return {
        ...{ kept: left.kept, bits: bits(left.probability), shares: [...left.probability.subarray(0, BARS)] },
        first: run.piece[left.order[0]] ?? "",
      };
    };
  },

  read: (run, state, text) => {
    const left = distribution(run, state);
    const best = left.order.slice(0, 3).filter((at) => at < run.piece.length);
    const named = best.map(
      (at, rank) => `${pieceName(run.piece[at], text)} ${finePercent(left.probability[rank] ?? 0)}`,
    );
    const scale = state.log ? text.logarithmic : text.linear;
    return format(text.reading, { best: named.join(text.comma), kept: keptLine(left, text), scale });
  },
};
