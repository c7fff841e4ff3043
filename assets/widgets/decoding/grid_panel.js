// The grid of mask-predict with the cell that is read: for every view that shows it.
import { find } from "../core/dom.js";
import { grid } from "../draw/grid.js";
import { format, percent } from "../read/format.js";
import { pieceName, sentence } from "../read/pieces.js";
import { counts, refined, shownPlace } from "../read/refinement.js";

/** @typedef {import("../core/lab").DecodeRun} Run */
/** @typedef {import("../core/lab").Place} Place */
/** @typedef {import("../core/lab").DecodingSharedText} Text */
/** @typedef {import("../read/refinement.js").Passes} Passes */
/**
 * cell: the place that is read, pinned or only pointed at; no pass stands for the last one. model, length: indices into
 * refine and its lengths.
 * @typedef {{
 *   step: number, cell: {pass: number | null, position: number}, cellPinned: boolean, model: number, length: number,
 * }} GridState
 */

/** @type {(run: Run) => Omit<GridState, "step">} */
export const firstCell = (run) => ({
  cell: { pass: null, position: 0 },
  cellPinned: false,
  model: 0,
  length: run.refine[0].best,
});

/** @type {(passes: Passes, state: Pick<GridState, "step">) => number} */
export const passOf = (passes, { step }) => Math.min(step, passes.passes);

/** @type {(run: Run, state: GridState) => Passes} */
export const passesOf = (run, { model, length }) => refined(run, model, length);

/** @type {(run: Run, state: GridState) => Place} */
export function placeOf(run, state) {
  const passes = passesOf(run, state);
  return shownPlace(passes, passOf(passes, state), state.cell);
}

/** @type {(run: Run, state: GridState, text: Text) => string} */
export function cellLine(run, state, text) {
  const passes = passesOf(run, state);
  const { pass, position } = placeOf(run, state);
  if (pass < 0) return format(text.refine_start, { count: passes.positions });
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

/** The sentence after each pass. */
export const allWords = (/** @type {Passes} */ passes) =>
  Array.from({ length: passes.passes }, (_, pass) => sentence(passes.row(pass).map(({ piece }) => piece)));

/**
 * Draws in the .grid and the .readout of `box`. Returns what draws and gives its numbers.
 * @param {HTMLElement} box
 * @param {Text} text
 * @param {import("../core/lab").SetState<Run, GridState>} set
 * @returns {(run: Run, state: GridState, passes: Passes) => import("../core/lab").Numbers}
 */
export function gridPanel(box, text, set) {
  const drawGrid = grid(find(box, ".grid"), text, {
    point: (cell) => set(({ cellPinned }) => (cellPinned ? null : { cell })),
    pick: (cell) =>
      set((state) => {
        const same = state.cellPinned && state.cell.pass === cell.pass && state.cell.position === cell.position;
        return { cell, cellPinned: !same };
      }),
  });
  return (run, state, passes) => {
    const pass = passOf(passes, state);
    const place = shownPlace(passes, pass, state.cell);
    const row = pass ? passes.row(pass - 1) : [];
    const { masked, flip, repeat } = counts(row);
    find(box, ".readout").textContent = cellLine(run, state, text);
    drawGrid(passes, { pass, chosen: place });
    return {
      ...{ pass, tokens: row.map(({ piece }) => piece), masked, repeats: repeat, flips: flip },
      ...{ length: passes.positions, cell: `${place.pass}:${place.position}` },
    };
  };
}
