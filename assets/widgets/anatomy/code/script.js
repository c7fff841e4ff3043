// The lecture's code on a sentence: a program, line by line, and the tensor that the chosen line made.
import { element, find, findCanvas, whenChanged } from "../../core/dom.js";
import { colour } from "../../core/theme.js";
import { drawCells, signedColour } from "../../draw/cells.js";
import { buttonGroup } from "../../draw/choices.js";
import { codePanel } from "../../draw/code_panel.js";
import { picker, placeMark } from "../../draw/marks.js";
import { decimal } from "../../draw/strip.js";
import { format, scientific, sentences, word } from "../../read/format.js";
import { pieceName } from "../../read/pieces.js";
import { cellOf, numbersOf, programOf } from "../../read/programs.js";

/** @typedef {import("../../core/lab").ProgramsRun} Run */
/** @typedef {import("../../core/lab").AnatomyCodeText} Text */
/** cell: of the tensor that step `step` made, row by row.
 * @typedef {{program: import("../../core/lab").ProgramName, step: number, cell: number, pinned: boolean}} State */

/** The exponent of the least difference that is written out. */
const LOWEST = -12;

/** The first program: of a decoder what it is trained on.
 * @type {(run: Run, program?: State["program"]) => State} */
function first(run, program = run.programs.find(({ name }) => name === "training")?.name ?? run.programs[0].name) {
  return { program, step: programOf(run, program).made.length - 1, cell: 0, pinned: false };
}

/** @type {(run: Run, state: State) => import("../../core/lab").MadeNumbers} */
const madeNow = (run, { program, step }) => programOf(run, program).made[step];

/** What the chosen line made. @type {(run: Run, state: State, text: Text) => string} */
function titleSaid(run, state, text) {
  const { name, shape, columns } = madeNow(run, state);
  if (!shape.length) return format(text.scalar, { name });
  const details = { name, shape: shape.join(" × "), columns, all: shape[shape.length - 1] };
  return format(columns < details.all ? text.tensor_first : text.tensor, details);
}

/** The number of the chosen cell, and the token of its row where rows are tokens.
 * @type {(run: Run, state: State, text: Text) => string} */
function cellSaid(run, state, text) {
  const made = madeNow(run, state);
  if (made.piece.length) return "";
  const cell = cellOf(made, state.cell);
  const number = decimal(numbersOf(run, made)[state.cell] ?? 0);
  const details = { name: made.name, place: cell.join(", "), number };
  if (!made.shape.length) return format(text.number, details);
  const ofTokens = made.shape.length <= 2 && made.shape[0] === run.token.length;
  if (!ofTokens) return format(text.cell, details);
  return format(text.cell_token, { ...details, token: pieceName(run.token[cell[0]], text) });
}

/** @type {(run: Run, state: State, text: Text) => string} */
function checkSaid(run, { program }, text) {
  const { difference } = programOf(run, program);
  const apart = program === "generation" ? String(difference) : difference ? scientific(difference, LOWEST) : "0";
  return format(word(text, "check_", program), { apart });
}

/** What is run, and on what. @type {(run: Run, state: State, text: Text) => string} */
const ideaSaid = (run, { program }, text) =>
  format(word(text, "idea_", program), { stack: word(text, "stack_", run.stack) });

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => {
    const made = (/** @type {Run} */ { token, programs }) =>
      JSON.stringify([token, programs.map((one) => [one.name, one.lines, one.made.map(({ shape }) => shape)])]);
    const program = run.programs.find(({ name }) => name === state.program);
    if (!program || made(run) !== made(before)) return first(run, program?.name);
    return { ...state, step: Math.min(state.step, program.made.length - 1) };
  },

  build: (root, text, set) => {
    const [box, canvas, mark] = [find(root, ".numbers"), findCanvas(root, ".numbers canvas"), find(root, ".mark")];
    const drawPrograms = buttonGroup(find(root, ".chosen"), text.program, (/** @type {State["program"]} */ program) =>
      set((_, run) => first(run, program)),
    );
    const drawCode = codePanel(root, text, set, (/** @type {Run} */ run, /** @type {State} */ { program }) =>
      programOf(run, program),
    );
    picker(root, [box], text, set, {
      grid: (/** @type {Run} */ run, /** @type {State} */ state) => {
        const { rows, columns } = madeNow(run, state);
        return [rows, columns];
      },
      cell: (_, { cell }) => cell,
      choose: (cell) => ({ cell }),
    });
    const onMade = whenChanged();

    return (run, state) => {
      const made = madeNow(run, state);
      const { rows, columns, piece } = made;
      const numbers = numbersOf(run, made);
      drawPrograms(
        run.programs.map(({ name }) => ({ value: name, label: word(text, "program_", name) })),
        state.program,
      );
      drawCode(run, state);
      find(root, ".idea").textContent = ideaSaid(run, state, text);
      find(root, ".tensor .title").textContent = titleSaid(run, state, text);
      box.hidden = piece.length > 0 || !made.shape.length;
      box.style.setProperty("--rows", String(rows));
      onMade([made], () => {
        find(root, ".pieces").replaceChildren(
          ...piece.map((one) => element("span", { textContent: pieceName(one, text) })),
        );
        const top = Math.max(1e-12, ...numbers.filter(Number.isFinite).map(Math.abs));
        const masked = colour("masked", 120);
        drawCells(canvas, numbers, [rows, columns], (one) => (Number.isFinite(one) ? signedColour(one / top) : masked));
      });
      canvas.setAttribute("aria-label", titleSaid(run, state, text));
      const inside = state.cell < rows * columns;
      mark.hidden = !inside;
      if (inside) placeMark(mark, state.cell, [rows, columns]);
      find(root, ".readout").textContent = inside ? cellSaid(run, state, text) : "";
      find(root, ".check").textContent = checkSaid(run, state, text);
      return { number: piece.length || !inside ? null : numbers[state.cell], shown: made.name };
    };
  },

  read: (run, state, text) =>
    sentences(...[ideaSaid, titleSaid, cellSaid, checkSaid].map((say) => say(run, state, text))),
};
