// The passes of mask-predict: the grid, the rule of remasking, the length, the training data.
import { find, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { drawRamp, weightColour } from "../../draw/cells.js";
import { buttonGroup } from "../../draw/choices.js";
import { format, percent, word } from "../../read/format.js";
import { sentence } from "../../read/pieces.js";
import { counts } from "../../read/refinement.js";
import { logNumber } from "../../read/search.js";
import { clock } from "../clock.js";
import { allWords, cellLine, firstCell, gridPanel, passesOf, passOf } from "../grid_panel.js";
import { modelChoice } from "../models.js";
import { keepRoom, sayOutput } from "../output.js";
import { keepsPasses, passCount } from "../steps.js";

/** @typedef {import("../../core/lab").DecodeRun} Run */
/** @typedef {import("../../core/lab").DecodingRefinementText} Text */
/** @typedef {import("../../read/refinement.js").Passes} Passes */
/** @typedef {import("../grid_panel.js").GridState & {speed: number}} State */

/** A share and a score as short as a button is. */
const short = (/** @type {number} */ share) => (share < 0.001 ? "< 0.1%" : `${Number((100 * share).toPrecision(2))}%`);
const twoDigits = (/** @type {number} */ score) => String(Number(score.toPrecision(2))).replace("-", "−");

/** @type {(run: Run, state: State) => number} */
const stepsOf = (run, { model }) => passCount(run, model) + 1;
/** @type {(run: Run) => State} */
const first = (run) => ({ step: 1, speed: 1, ...firstCell(run) });

/** @type {(run: Run, state: State, text: Text) => string} */
function summaryLine(run, state, text) {
  const passes = passesOf(run, state);
  const pass = passOf(passes, state);
  if (!pass) return "";
  return format(text.summary, {
    pass,
    passes: passes.passes,
    count: passes.positions,
    ...counts(passes.row(pass - 1)),
  });
}

/**
 * By which rule positions are masked again, and how many in the next pass.
 * @type {(run: Run, state: State, text: Text) => string}
 */
function ruleLine(run, state, text) {
  const passes = passesOf(run, state);
  const pass = passOf(passes, state);
  if (!pass) return format(text.rule_first, { count: passes.positions });
  const { masked } = counts(pass < passes.passes ? passes.row(pass) : []);
  const next = pass < passes.passes ? format(text.rule_next, { count: masked, pass: pass + 1 }) : text.rule_end;
  return format(word(text, "rule_", run.refine[state.model].strategy), { next });
}

/**
 * The lengths; how each ended is told when the passes are over.
 * @type {(run: Run, state: State, text: Text, over: boolean) => import("../../draw/choices.js").Option<number>[]}
 */
const lengthOptions = (run, { model }, text, over) =>
  run.refine[model].lengths.map(({ length: count, probability, score }, value) => ({
    value,
    label: `${over && value === run.refine[model].best ? "★ " : ""}${count}`,
    small: short(probability) + (over ? ` ${twoDigits(score)}` : ""),
    title: format(over ? text.length_title_done : text.length_title, {
      length: count,
      share: percent(probability),
      score: logNumber(score, 3),
    }),
  }));

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: keepsPasses(first),

  build: (root, text, set) => {
    const change = (/** @type {any} */ _, /** @type {Run} */ __, /** @type {State} */ { cell }) => ({
      cell: { pass: null, position: cell.position },
    });
    const drawClock = clock(root, text, set, { count: stepsOf, change });
    const drawGrid = gridPanel(root, text, set);
    const drawModels = modelChoice(root, text, (model) => set((_, run) => ({ model, length: run.refine[model].best })));
    const drawLengths = buttonGroup(find(root, ".lengths"), text.length, (/** @type {number} */ length) =>
      set({ length }),
    );
    drawRamp(find(root, ".ramp"), weightColour);
    bindKeys(root, {
      Escape: () => set(({ cell }) => ({ cellPinned: false, cell: { pass: null, position: cell.position } })),
    });

    const onLength = whenChanged();
    /** @type {Passes} */
    let passes;
    return (run, state) => {
      onLength([run, state.model, state.length], () => {
        passes = passesOf(run, state);
        keepRoom(root, allWords(passes));
      });
      const pass = passOf(passes, state);
      const over = pass === passes.passes;
      drawModels(run, state.model);
      drawLengths(lengthOptions(run, state, text, over), state.length);
      find(root, ".length-title").textContent = over ? text.length_done : text.length;
      find(root, ".summary").textContent = summaryLine(run, state, text);
      find(root, ".rule").textContent = ruleLine(run, state, text);
      find(root, ".passed").textContent = format(over ? text.passes_done : text.passes, {
        done: pass,
        count: passes.passes,
      });
      sayOutput(root, pass ? sentence(passes.row(pass - 1).map(({ piece }) => piece)) : "");
      drawClock(run, state);
      return drawGrid(run, state, passes);
    };
  },

  read: (run, state, text) =>
    format(text.reading, { summary: summaryLine(run, state, text), cell: cellLine(run, state, text) }),
};
