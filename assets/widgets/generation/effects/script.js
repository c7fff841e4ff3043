// What every head and feed-forward part does to the next token: added to its logit, and missing when it is switched off.
import { element, find, findCanvas, whenChanged } from "../../core/dom.js";
import { drawCells, drawRamp, signedColour } from "../../draw/cells.js";
import { buttonGroup } from "../../draw/choices.js";
import { picker, placeMark } from "../../draw/marks.js";
import { direct, logitSum, partSizes, without } from "../../read/effects.js";
import { finePercent, format, number } from "../../read/format.js";
import { pieceName } from "../../read/pieces.js";

/** @typedef {import("../../core/lab").EffectsRun} Run */
/** @typedef {import("../../core/lab").GenerationEffectsText} Text */
/** candidate: which next token. cell: which part, layer by layer.
 * @typedef {{candidate: number, cell: number, pinned: boolean}} State */
/** @typedef {import("../../core/lab").SetState<Run, State>} Set */

/** Changes of log probability that have the full colour, in nats. */
const NATS = 3;

/** @type {(run: Run, cell: number, text: Text) => string} */
function partName(run, cell, text) {
  const { parts } = partSizes(run);
  const [layer, part] = [Math.floor(cell / parts), cell % parts];
  return part === parts - 1
    ? format(text.feed_forward_of, { layer: layer + 1 })
    : format(text.head_of, { layer: layer + 1, head: part + 1 });
}

/** @type {(run: Run, state: State, text: Text) => {adds: number, changes: number, sentence: string}} */
function look(run, { candidate, cell }, text) {
  const adds = direct(run, candidate)[cell];
  const { changes, now, before, best } = without(run, candidate, cell);
  const details = { part: partName(run, cell, text), token: pieceName(run.candidate[candidate], text) };
  const shares = { before: finePercent(before), now: finePercent(now), best: pieceName(best, text) };
  const sign = adds < 0 ? "−" : "+";
  return {
    ...{ adds, changes },
    sentence: format(text.readout, { ...details, ...shares, adds: `${sign}${number(Math.abs(adds), 2)}` }),
  };
}

/** The part that is missed most. @type {(run: Run) => number} */
function mostMissed(run) {
  const { layers, parts } = partSizes(run);
  const found = Array.from({ length: layers * parts }, (_, cell) => without(run, 0, cell).changes);
  return found.indexOf(Math.min(...found));
}

const sectionOf = (/** @type {HTMLElement} */ stage) => /** @type {HTMLElement} */ (stage.closest("section"));

/** Names of layers in a column, where more do not stand one under the other. */
const NAMES = 20;

/** The names of columns and rows of a grid of parts. @type {(root: HTMLElement, run: Run, text: Text) => void} */
function nameGrid(root, run, text) {
  const { layers, parts } = partSizes(run);
  const words = (/** @type {string[]} */ names) => names.map((textContent) => element("span", { textContent }));
  const heads = Array.from({ length: parts - 1 }, (_, head) => String(head + 1));
  const every = Math.ceil(layers / NAMES);
  const numbers = Array.from({ length: layers }, (_, at) => ((at + 1) % every ? "" : String(at + 1)));
  root.style.setProperty("--layers", String(layers));
  root.style.setProperty("--parts", String(parts));
  for (const name of ["direct", "without"]) {
    find(root, `.${name} .columns`).replaceChildren(...words([...heads, text.feed_forward]));
    find(root, `.${name} .layers`).replaceChildren(...words(numbers));
  }
}

/** The candidates' probabilities, had the model stopped after each layer. @type {(run: Run, state: State, text: Text) => HTMLElement[]} */
function lensRows(run, { candidate }, text) {
  const { layers } = partSizes(run);
  const count = run.candidate.length;
  return Array.from({ length: layers + 1 }, (_, after) => {
    const share = Math.exp(run.arrays.lens[2 * after * count + candidate]);
    const bar = element("span", { className: "bar" });
    bar.style.setProperty("--share", `${100 * share}%`);
    const best = pieceName(run.piece[run.arrays.lens_best[2 * after]], text);
    const name = after ? format(text.after_layer, { layer: after }) : text.before_layers;
    const cells = [name, finePercent(share), best].map((textContent) => element("span", { textContent }));
    return element("div", { className: "lens-row" }, cells[0], bar, cells[1], cells[2]);
  });
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first: (run) => ({ candidate: 0, cell: mostMissed(run), pinned: false }),

  keep: (state, run, before) =>
    JSON.stringify([partSizes(run), run.candidate]) === JSON.stringify([partSizes(before), before.candidate])
      ? state
      : { candidate: 0, cell: mostMissed(run), pinned: false },

  build: (root, text, set) => {
    const stages = ["direct", "without"].map((name) => find(root, `section.${name} .stage`));
    const drawCandidates = buttonGroup(find(root, ".candidates"), text.next, (/** @type {number} */ candidate) =>
      set({ candidate }),
    );
    picker(root, stages, text, set, {
      grid: (run) => [partSizes(run).layers, partSizes(run).parts],
      cell: (_, { cell }) => cell,
      choose: (cell) => ({ cell }),
    });
    for (const stage of stages) drawRamp(find(sectionOf(stage), ".ramp"), signedColour, [-1, 1]);
    const onRun = whenChanged();
    return (run, state) => {
      const { layers, parts } = partSizes(run);
      onRun([run], () => nameGrid(root, run, text));
      find(root, ".context").textContent = run.token
        .slice(-30)
        .map((piece) => pieceName(piece, text))
        .join("");
      drawCandidates(
        run.candidate.map((piece, value) => ({
          ...{ value, label: pieceName(piece, text) },
          small: finePercent(Math.exp(run.arrays.lens.at(value - run.candidate.length) ?? 0)),
        })),
        state.candidate,
      );
      const added = direct(run, state.candidate);
      const top = Math.max(...added.map(Math.abs), 1e-9);
      const changes = Array.from(added, (_, cell) => without(run, state.candidate, cell).changes);
      const grid = /** @type {const} */ ([layers, parts]);
      for (const [at, [values, full]] of /** @type {const} */ ([
        [added, top],
        [changes, NATS],
      ]).entries()) {
        drawCells(findCanvas(stages[at], "canvas"), values, grid, (value) => signedColour(value / full));
        placeMark(find(stages[at], ".mark"), state.cell, grid);
        find(sectionOf(stages[at]), ".least").textContent = `−${number(full, 1)}`;
        find(sectionOf(stages[at]), ".most").textContent = `+${number(full, 1)}`;
      }
      const { adds, changes: changed, sentence } = look(run, state, text);
      find(root, ".sum").textContent = format(text.sum, logitSum(run, state.candidate));
      find(root, ".readout").textContent = sentence;
      find(root, ".lens-rows").replaceChildren(...lensRows(run, state, text));
      return { adds, changes: changed };
    };
  },

  read: (run, state, text) => look(run, state, text).sentence,
};
