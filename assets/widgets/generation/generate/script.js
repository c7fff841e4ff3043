// How a text goes on: tokens underlined by their surprise, what else was probable at one of them, branches to compare.
import { element, find } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { tokenBar } from "../../draw/distribution.js";
import { thumbPad } from "../../draw/marks.js";
import { depth, meanSurprise, path } from "../../read/continuations.js";
import { finePercent, format, number, sentences } from "../../read/format.js";
import { pieceName } from "../../read/pieces.js";
import { tokenNode } from "../tokens.js";

/** @typedef {import("../../core/lab").GenerateRun} Run */
/** @typedef {import("../../core/lab").GenerationGenerateText} Text */
/** chosen: the continuation that is shown; step: the token that is read, from the end of the text. */
/** @typedef {{chosen: number, step: number}} State */
/** @typedef {State & import("../../core/lab").Pending} Shown */

/** Branches that can be grown. */
const MOST = 5;

/** A token that the model was least sure of: where a branch is most worth while. @type {(run: Run, chosen: number) => number} */
function mostOpen({ continuations }, chosen) {
  const { entropy, leaves } = continuations[chosen];
  return leaves + entropy.indexOf(Math.max(...entropy));
}

/** @type {(run: Run) => State} */
const first = (run) => ({ chosen: 0, step: mostOpen(run, 0) });

/**
 * The continuation that wrote the step that is read, and the place in its lists.
 * @type {(run: Run, state: State) => import("../../read/continuations.js").Place}
 */
function placeOf({ continuations }, { chosen, step }) {
  const steps = path(continuations, chosen);
  return steps[Math.min(step, steps.length - 1)];
}

/** The branches of a run, as an action asks for them. @type {(run: Run) => number[][]} */
const branchesOf = ({ continuations, piece_id }) =>
  continuations.slice(1).map(({ parent, leaves, token }) => [parent, leaves, piece_id[token[0]]]);

/** Whether a token was put by the visitor. @type {(run: Run, place: {from: number, at: number}) => boolean} */
const isGiven = ({ continuations, method }, { from, at }) =>
  method !== "beam" && continuations[from].parent >= 0 && at === 0;

/** @type {(run: Run, state: State, text: Text) => string} */
function stepLine(run, state, text) {
  const place = placeOf(run, state);
  const { token, log_prob, probability, entropy, kept } = run.continuations[place.from];
  const drawn = probability[place.at];
  const details = {
    token: pieceName(run.piece[token[place.at]], text),
    step: place.step + 1,
    nats: number(-log_prob[place.at], 2),
    share: finePercent(Math.exp(log_prob[place.at])),
    bits: number(entropy[place.at], 2),
    kept: number(kept[place.at]),
    drawn: finePercent(drawn ?? 0),
  };
  const taken = run.method === "beam" ? text.beam : text.greedy;
  const how = isGiven(run, place) ? text.given : drawn === null ? taken : format(text.drawn, details);
  return sentences(format(text.step_line, details), how);
}

/** @type {(root: HTMLElement, run: Run, state: Shown, text: Text, set: import("../../core/lab").SetState<Run, State>) => void} */
function drawText(root, run, state, text, set) {
  const box = find(root, ".text-tokens");
  const now = placeOf(run, state).step;
  const broken = (/** @type {number} */ token) =>
    run.piece[token].includes("\n") ? [element("span", { className: "break" })] : [];
  const before = run.prompt.flatMap((token) => {
    const node = element("span", { className: "token prompt", textContent: pieceName(run.piece[token], text) });
    return [node, ...broken(token)];
  });
  const after = path(run.continuations, state.chosen).flatMap(({ from, step, at }) => {
    const { token, log_prob } = run.continuations[from];
    const node = tokenNode("button", run.piece[token[at]], -log_prob[at], text);
    node.onclick = () => set({ step });
    node.classList.toggle("chosen", step === now);
    node.classList.toggle("forced", isGiven(run, { from, at }));
    return [node, ...broken(token[at])];
  });
  const focused = box.contains(document.activeElement);
  box.replaceChildren(...before, ...after);
  const chosen = box.querySelector(".chosen");
  if (focused && chosen instanceof HTMLElement) chosen.focus();
}

/** @type {(root: HTMLElement, run: Run, state: Shown, text: Text, act: import("../../core/lab").Act) => void} */
function drawAlternatives(root, run, state, text, act) {
  const place = placeOf(run, state);
  const { token, alternative, alternative_log_prob, alternative_kept } = run.continuations[place.from];
  const full = run.continuations.length > MOST || !run.done || state.pending;
  const bars = alternative[place.at].map((one, rank) => {
    const own = Math.exp(alternative_log_prob[place.at][rank]);
    const taken = one === token[place.at];
    const name = pieceName(run.piece[one], text);
    const node = tokenBar({ name, own, now: own, marks: taken ? "▶" : alternative_kept[place.at][rank] ? "" : "✂" });
    const grow = () => act("branch", { branches: [...branchesOf(run), [place.from, place.step, run.piece_id[one]]] });
    const label = format(text.branch_here, { token: name });
    if (run.method === "beam") return node;
    node.append(
      element("button", {
        type: "button",
        textContent: "↳",
        ariaLabel: label,
        title: label,
        disabled: taken || full,
        onclick: grow,
      }),
    );
    return node;
  });
  find(root, ".token-bars").replaceChildren(...bars);
  const rest = 1 - alternative_log_prob[place.at].reduce((sum, value) => sum + Math.exp(value), 0);
  find(root, ".rest").textContent = format(text.rest_share, { share: finePercent(Math.max(0, rest)) });
}

/** @type {(root: HTMLElement, run: Run, state: Shown, text: Text, set: import("../../core/lab").SetState<Run, State>) => void} */
function drawBranches(root, run, { chosen }, text, set) {
  const beam = run.method === "beam";
  const rows = run.continuations.map(({ token, leaves, ended }, at) => {
    const own = token
      .map((one) => run.piece[one].replaceAll("▁", " "))
      .join("")
      .replaceAll("\n", " ↵ ");
    const [one, other] = beam ? [text.best_hypothesis, text.hypothesis] : [text.first_line, text.branch_line];
    const line = at ? format(other, { rank: at + 1, step: leaves + 1 }) : one;
    const means = format(text.mean, { nats: number(meanSurprise(run.continuations, at), 2) });
    const choose = () => set((_, shown) => ({ chosen: at, step: mostOpen(shown, at) }));
    const button = element(
      "button",
      { type: "button", title: own, onclick: choose },
      element("small", { textContent: `${line} ${means}` }),
      `${own}${ended ? " ■" : ""}`,
    );
    button.style.paddingLeft = `${8 + 18 * depth(run.continuations, at)}px`;
    button.setAttribute("aria-pressed", String(at === chosen));
    return element("li", {}, button);
  });
  find(root, ".branches").replaceChildren(...rows);
  find(root, ".branches-title").textContent = beam ? text.hypotheses : text.branches;
  find(root, ".hint").textContent = beam ? text.hint_beam : text.hint;
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => {
    const [now, then] = [run.continuations.length, before.continuations.length];
    const same =
      run.model === before.model && run.method === before.method && run.prompt.join() === before.prompt.join();
    if (same && now > then) return { chosen: now - 1, step: run.continuations[now - 1].leaves };
    return same && state.chosen < now ? state : first(run);
  },

  build: (root, text, set, act) => {
    const arrows = (/** @type {number} */ _, /** @type {number} */ right) =>
      set((state, run) => {
        const step = placeOf(run, state).step + right;
        return step >= 0 && step < path(run.continuations, state.chosen).length ? { step } : null;
      });
    bindKeys(root, { arrows, BracketLeft: () => arrows(0, -1), BracketRight: () => arrows(0, 1) });
    find(root, ".hint").before(thumbPad(text, arrows));
    return (run, state) => {
      drawText(root, run, state, text, set);
      drawAlternatives(root, run, state, text, act);
      drawBranches(root, run, state, text, set);
      const mean = meanSurprise(run.continuations, state.chosen);
      find(root, ".mean").textContent = format(text.mean, { nats: number(mean, 2) });
      find(root, ".at").textContent = format(text.at, { step: placeOf(run, state).step + 1 });
      find(root, ".says").textContent = stepLine(run, state, text);
      return { continuations: run.continuations.length, mean, done: run.done ? "yes" : "no" };
    };
  },

  read: (run, state, text) => stepLine(run, state, text),
};
