// The non-autoregressive side: the grid of passes, the length, the training data.
import { find, whenChanged } from "../../core/dom.js";
import { drawRamp, weightColour } from "../../draw/cells.js";
import { buttonGroup } from "../../draw/choices.js";
import { grid } from "../../draw/grid.js";
import { format, percent } from "../../read/format.js";
import { longest, pieceName, sentence } from "../../read/pieces.js";
import { counts, refined, shownPlace } from "../../read/refinement.js";
import { logNumber } from "../../read/search.js";
import { sayOutput } from "./output.js";

/** @typedef {import("../../core/lab").DecodeRun} Run */
/** @typedef {import("../../core/lab").DecodingDecodeText} Text */
/** @typedef {import("../../read/refinement.js").Passes} Passes */
/** @typedef {import("./state.js").State} State */

/** A share and a score as short as a button is. */
const short = (/** @type {number} */ share) => (share < 0.001 ? "< 0.1%" : `${Number((100 * share).toPrecision(2))}%`);
const twoDigits = (/** @type {number} */ score) => String(Number(score.toPrecision(2))).replace("-", "−");

/** @type {(passes: Passes, state: Pick<State, "step">) => number} */
const passOf = (passes, { step }) => Math.min(step, passes.passes);

/** @type {(run: Run, state: State) => import("../../core/lab").Place} */
export function placeOf(run, state) {
  const passes = refined(run, state.model, state.length);
  return shownPlace(passes, passOf(passes, state), state.cell);
}

/** @type {(run: Run, state: State, text: Text) => string} */
export function cellLine(run, state, text) {
  const passes = refined(run, state.model, state.length);
  const { pass, position } = placeOf(run, state);
  if (pass < 0) return text.refine_start;
  const { piece, probability, masked, alternatives } = passes.cell(pass, position);
  const named = alternatives.map((other) =>
    format(text.alternative, { word: pieceName(other.piece, text), p: percent(other.probability) }),
  );
  return format(masked ? text.cell_masked : text.cell_kept, {
    position: position + 1,
    pass: pass + 1,
    token: pieceName(piece, text),
    share: percent(probability),
    since: passes.since(pass, position) + 1,
    alternatives: named.join(text.comma),
  });
}

/** @type {(run: Run, state: State, text: Text) => string} */
export function summaryLine(run, state, text) {
  const passes = refined(run, state.model, state.length);
  const pass = passOf(passes, state);
  return format(pass ? text.summary : text.summary_start, {
    pass,
    passes: passes.passes,
    count: passes.positions,
    ...counts(pass ? passes.row(pass - 1) : []),
  });
}

/**
 * Returns what draws the side and its numbers.
 * @param {HTMLElement} box
 * @param {Text} text
 * @param {import("../../core/lab").SetState<Run, State>} set
 * @returns {(run: Run, state: State) => import("../../core/lab").Numbers}
 */
export function refinementPanel(box, text, set) {
  const drawGrid = grid(find(box, ".grid"), text, {
    point: (cell) => set(({ cellPinned }) => (cellPinned ? null : { cell, pointed: {} })),
    pick: (cell) =>
      set((state) => {
        const same = state.cellPinned && state.cell.pass === cell.pass && state.cell.position === cell.position;
        return { cell, cellPinned: !same, pointed: {} };
      }),
  });
  const drawModels = buttonGroup(find(box, ".models"), text.trained_on, (/** @type {number} */ model) =>
    set((_, run) => ({ model, length: run.refine[model].best, pointed: {} })),
  );
  const drawLengths = buttonGroup(find(box, ".lengths"), text.length, (/** @type {number} */ length) =>
    set({ length, pointed: {} }),
  );
  drawRamp(find(box, ".ramp"), weightColour);

  /** @type {(run: Run, state: State) => void} */
  const drawChoices = (run, { model, length }) => {
    const { lengths, best } = run.refine[model];
    find(box, ".contrast").hidden = run.refine.length < 2;
    drawModels(
      run.refine.map((refine, value) => ({ value, label: value ? text.raw : text.distilled, title: refine.model })),
      model,
    );
    const options = lengths.map(({ length: count, probability, score }, value) => ({
      value,
      label: `${value === best ? "★ " : ""}${count}`,
      small: `${short(probability)} ${twoDigits(score)}`,
      title: format(text.length_title, { length: count, share: percent(probability), score: logNumber(score, 3) }),
    }));
    drawLengths(options, length);
  };

  const onLength = whenChanged();
  /** @type {Passes} */
  let passes;
  /** @type {(run: Run, state: State) => void} */
  const readPasses = (run, { model, length }) =>
    onLength([run, model, length], () => {
      passes = refined(run, model, length);
      const rows = Array.from({ length: passes.passes }, (_, pass) => passes.row(pass));
      find(box, ".output .longest").textContent = longest(rows.map((row) => sentence(row.map(({ piece }) => piece))));
    });

  return (run, state) => {
    readPasses(run, state);
    const pass = passOf(passes, state);
    const place = shownPlace(passes, pass, state.cell);
    const row = pass ? passes.row(pass - 1) : [];
    const tokens = row.map(({ piece }) => piece);
    const { masked, flip, repeat } = counts(row);
    drawChoices(run, state);
    find(box, ".summary").textContent = summaryLine(run, state, text);
    find(box, ".readout").textContent = cellLine(run, state, text);
    drawGrid(passes, { pass, chosen: place });
    sayOutput(box, sentence(tokens));
    return {
      ...{ pass, tokens, masked, repeats: repeat, flips: flip },
      ...{ length: passes.positions, cell: `${place.pass}:${place.position}` },
    };
  };
}
