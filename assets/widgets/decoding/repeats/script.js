// Two neighbouring positions of mask-predict: what both find probable, after the first pass and after a later one.
import { element, find } from "../../core/dom.js";
import { format, percent } from "../../read/format.js";
import { pieceName } from "../../read/pieces.js";
import { refined } from "../../read/refinement.js";
import { compared, firstRepeat, pairOf } from "../../read/repeats.js";
import { clock } from "../clock.js";
import { modelChoice } from "../models.js";
import { keepsPasses, passCount } from "../steps.js";

/** @typedef {import("../../core/lab").DecodeRun} Run */
/** @typedef {import("../../core/lab").DecodingRepeatsText} Text */
/** @typedef {import("../../read/refinement.js").Passes} Passes */
/**
 * pair: the second position of the chosen pair; null stands for the first one that repeats.
 * @typedef {{step: number, speed: number, model: number, pair: number | null}} State
 */

/** @type {(run: Run, state: Pick<State, "model">) => number} */
const stepsOf = (run, { model }) => passCount(run, model) + 1;
/** @type {(run: Run) => State} */
const first = (run) => ({ step: stepsOf(run, { model: 0 }) - 1, speed: 1, model: 0, pair: null });
/** @type {(run: Run, state: State) => Passes} */
const passesOf = (run, { model }) => refined(run, model, run.refine[model].best);
/** @type {(passes: Passes, state: State) => number} */
const passOf = (passes, { step }) => Math.min(step, passes.passes);

/** What both say after a pass. @type {(passes: Passes, pass: number, position: number, text: Text) => string} */
function saysLine(passes, pass, position, text) {
  const [one, other] = [position - 1, position].map((at) => pieceName(passes.cell(pass - 1, at).piece, text));
  const says = one === other ? format(text.says, { token: one }) : format(text.says_two, { first: one, second: other });
  const agreement = format(text.agreement, { share: percent(passes.overlap(pass - 1, position)) });
  const [before, at] = [position - 1, position].map((of) => passes.since(pass - 1, of) + 1);
  return `${says} ${agreement} ${format(before === at ? text.predicted_both : text.predicted, { first: before, second: at })}`;
}

/**
 * Why the pair repeats or not, and what became of it.
 * @type {(passes: Passes, pass: number, position: number, text: Text) => string}
 */
function storyLine(passes, pass, position, text) {
  const [then, now] = [0, pass - 1].map((at) => passes.cell(at, position).repeat);
  const none = firstRepeat(passes) === null && pass === passes.passes ? `${text.none_anywhere} ` : "";
  const why = then ? text.why_repeat : text.why_apart;
  if (pass < 2) return none + why;
  const [one, other] = [position - 1, position].map((at) => passes.since(pass - 1, at));
  const again = one && other ? text.repaired_later : text.repaired;
  const repaired = one === other ? text.repaired_both : again;
  const after = then ? (now ? text.still : repaired) : now ? text.became : "";
  return `${none}${why} ${format(after, { pass })}`;
}

/**
 * The tokens after a pass; those of the pair are marked, and each chooses the pair that it ends.
 * @type {(box: HTMLElement, passes: Passes, pass: number, pair: number, text: Text, set: (pair: number) => void) => void}
 */
function drawTokens(box, passes, pass, pair, text, set) {
  const tokens = Array.from({ length: passes.positions }, (_, position) => {
    const cell = pass ? passes.cell(pass - 1, position) : null;
    const node = element("button", {
      type: "button",
      textContent: cell ? pieceName(cell.piece, text) : text.mask,
      title: text.choose,
      className: position === pair - 1 ? "one" : position === pair ? "other" : "",
      onclick: () => set(Math.max(1, position)),
    });
    node.classList.toggle("repeat", Boolean(cell?.repeat));
    node.setAttribute("aria-pressed", String(position === pair || position === pair - 1));
    return node;
  });
  box.replaceChildren(...tokens);
}

/**
 * Two bars for each token.
 * @type {(box: HTMLElement, passes: Passes, pass: number, position: number, text: Text) => import("../../core/lab").Json}
 */
function drawBars(box, passes, pass, position, text) {
  const { tokens, overlap } = compared(passes, pass - 1, position);
  const bar = (/** @type {string} */ name, /** @type {number} */ share) => {
    const fill = element("span", { className: `fill ${name}` });
    fill.style.width = `${100 * share}%`;
    return element("span", { className: "bar-line" }, element("span", { className: "track" }, fill), percent(share));
  };
  const rows = tokens.map(({ piece, first: one, second }) =>
    element(
      "li",
      {},
      element("b", { textContent: pieceName(piece, text) }),
      element("span", { className: "two" }, bar("one", one), bar("other", second)),
    ),
  );
  box.replaceChildren(...rows);
  return { tokens: tokens.map(({ piece, first: one, second }) => [piece, one, second]), overlap };
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: keepsPasses(first),

  build: (root, text, set) => {
    const drawClock = clock(root, text, set, { count: stepsOf });
    const drawModels = modelChoice(root, text, (model) =>
      set((_, run) => ({ model, pair: null, step: stepsOf(run, { model }) - 1 })),
    );
    return (run, state) => {
      const passes = passesOf(run, state);
      const [pass, pair] = [passOf(passes, state), pairOf(passes, state.pair)];
      drawModels(run, state.model);
      drawClock(run, state);
      find(root, ".passed").textContent = format(text.passes, { done: pass, count: passes.passes });
      find(root, ".charts").hidden = pair === null || !pass;
      find(root, ".story").textContent = storyOf(passes, pass, pair, text);
      for (const [name, at] of /** @type {[string, number][]} */ ([
        ["first", Math.min(1, pass)],
        ["now", pass],
      ])) {
        const box = find(root, `.after.${name}`);
        find(root, `.line.${name} .name`).textContent = nameOf(name, at, text);
        find(box, "h2").textContent = nameOf(name, at, text);
        drawTokens(find(root, `.line.${name} .tokens`), passes, at, pair ?? 0, text, (chosen) => set({ pair: chosen }));
      }
      if (pair === null || !pass) return { pass, pair: pair ?? "" };
      for (const [at, name] of ["one", "other"].entries()) {
        find(root, `.key.${name} span`).textContent = format(text.position, { position: pair + at });
      }
      /** @type {(name: string, at: number) => import("../../core/lab").Json} */
      const chart = (name, at) => {
        find(root, `.after.${name} .says`).textContent = saysLine(passes, at, pair, text);
        return drawBars(find(root, `.after.${name} .bars`), passes, at, pair, text);
      };
      return { pass, pair, before: chart("first", 1), after: chart("now", pass) };
    };
  },

  read: (run, state, text) => {
    const passes = passesOf(run, state);
    const [pass, pair] = [passOf(passes, state), pairOf(passes, state.pair)];
    const story = storyOf(passes, pass, pair, text);
    if (!pass || pair === null) return story;
    return format(text.reading, {
      story,
      first: saysLine(passes, 1, pair, text),
      now: saysLine(passes, pass, pair, text),
    });
  },
};

/** @type {(name: string, pass: number, text: Text) => string} */
function nameOf(name, pass, text) {
  if (!pass) return text.before;
  return name === "first" ? text.first_pass : format(text.after, { pass });
}

/** @type {(passes: Passes, pass: number, pair: number | null, text: Text) => string} */
function storyOf(passes, pass, pair, text) {
  if (pair === null) return text.single;
  return pass ? storyLine(passes, pass, pair, text) : text.not_yet;
}
