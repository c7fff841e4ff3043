// A picture as tokens: its codes, what each looks like, and what comes of another code in a place.
import { canvasElement, element, find, findCanvas, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { drawPixels } from "../../draw/cells.js";
import { picker, placeMark, pointIn } from "../../draw/marks.js";
import { sum } from "../../read/attention.js";
import { cellName, format, number, sentences } from "../../read/format.js";
import { drawCodes } from "../codes.js";

/** @typedef {import("../../core/lab").TokensRun} Run */
/** @typedef {import("../../core/lab").ImageTextTokensText} Text */
/** cell: the chosen place; candidate: the code that may be put there.
 * @typedef {{cell: number, candidate: number, pinned: boolean}} State */
/** @typedef {State & import("../../core/lab").Pending} Shown */

/** Codes in a row of the codebook. */
const COLUMNS = 16;

/** The grid of a run. @type {(run: Run) => [number, number]} */
function gridOf({ code, arrays }) {
  const side = arrays.picture.shape[0] / arrays.sample.shape[1];
  return [code.length / side, side];
}

/** The place of the rarest code, of several the one with most ink. @type {(run: Run) => State} */
function first(run) {
  const { sample } = run.arrays;
  const size = sample.length / sample.shape[0];
  const light = (/** @type {number} */ code) => sum(sample.subarray(code * size, (code + 1) * size)) / (255 * size);
  const seen = run.code.map((one) => run.code.filter((other) => other === one).length + light(one));
  return { ...choose(seen.indexOf(Math.min(...seen)), run), pinned: true };
}

/** @type {(cell: number, run: Run) => {cell: number, candidate: number}} */
const choose = (cell, run) => ({ cell, candidate: run.near[cell].find((code) => code !== run.swapped[cell]) ?? 0 });

/** Places whose code the visitor has swapped. @type {(run: Run) => [number, number][]} */
const swapsOf = ({ code, swapped }) =>
  swapped.flatMap((one, cell) => (one === code[cell] ? [] : [/** @type {[number, number]} */ ([cell, one])]));

/** @type {(run: Run, state: State, text: Text) => string} */
function sentenceOf(run, { cell, candidate }, text) {
  const [code, now] = [run.code[cell], run.swapped[cell]];
  const place = cellName(text.place, cell, gridOf(run));
  const has = format(text.has, { place, code, used: number(run.used[code]), scenes: number(run.scenes) });
  const other = format(text.other, { code: candidate, used: number(run.used[candidate]) });
  return sentences(has, now === code ? "" : format(text.now, { code: now }), other);
}

/** @type {(run: Run, state: State, text: Text, set: import("../../core/lab").SetState<Run, State>) => HTMLElement[]} */
const nearest = (run, { cell, candidate }, text, set) =>
  run.near[cell].map((code, rank) => {
    const canvas = canvasElement("");
    drawCodes(canvas, run.arrays.sample, [code], 1);
    const small = element("small", { textContent: number(run.near_cosine[cell][rank], 4) });
    const title = format(text.near_code, { code, cosine: number(run.near_cosine[cell][rank], 4) });
    const onclick = () => set({ candidate: code, pinned: true });
    const button = element("button", { type: "button", title, onclick }, canvas, `${code} `, small);
    button.setAttribute("aria-pressed", String(code === candidate));
    return button;
  });

/** @type {(root: HTMLElement, run: Run, text: Text) => void} */
function drawPictures(root, run, text) {
  const [, columns] = gridOf(run);
  const { picture, swapped_picture, sample } = run.arrays;
  drawPixels(findCanvas(root, ".original"), picture);
  drawPixels(findCanvas(root, ".decoded"), swapped_picture);
  drawCodes(findCanvas(root, ".grid-codes"), sample, run.swapped, columns);
  drawCodes(
    findCanvas(root, ".codebook canvas"),
    sample,
    run.used.map((_, code) => code),
    COLUMNS,
  );
  const box = find(root, ".numbers");
  box.style.setProperty("--columns", String(columns));
  const numbers = run.swapped.map((code, cell) => {
    const node = element("span", { textContent: String(code) });
    node.classList.toggle("swapped", code !== run.code[cell]);
    return node;
  });
  box.replaceChildren(...numbers);
  const swaps = swapsOf(run).length;
  const said = swaps ? text.decoded_swapped : text.decoded;
  find(root, ".result").textContent = format(said, { psnr: number(run.psnr, 1), count: swaps });
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => (run.code.join() === before.code.join() ? state : first(run)),

  build: (root, text, set, act) => {
    const stages = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".stage")]);
    picker(root, stages, text, set, { grid: gridOf, cell: (_, { cell }) => cell, choose });
    const step = (/** @type {number} */ by) =>
      set(({ candidate }, run) => {
        const next = candidate + by;
        return next >= 0 && next < run.used.length ? { candidate: next, pinned: true } : null;
      });
    const [swap, undo] = [find(root, ".swap"), find(root, ".undo")];
    bindKeys(root, { BracketLeft: () => step(-1), BracketRight: () => step(1), Enter: () => swap.click() });
    const book = find(root, ".codebook");
    book.addEventListener("click", (event) => {
      const [down, across] = pointIn(event);
      set((_, run) => {
        const rows = Math.ceil(run.used.length / COLUMNS);
        const candidate = Math.floor(down * rows) * COLUMNS + Math.floor(across * COLUMNS);
        return candidate < run.used.length ? { candidate, pinned: true } : null;
      });
    });
    const [onRun, onPlace] = [whenChanged(), whenChanged()];
    return (run, state) => {
      const { cell, candidate, pending } = state;
      const grid = gridOf(run);
      onRun([run], () => drawPictures(root, run, text));
      onPlace([run, cell, candidate], () => {
        const box = find(root, ".near");
        const focused = [...box.children].findIndex((one) => one.matches(":focus"));
        box.replaceChildren(...nearest(run, state, text, set));
        const again = box.children[focused];
        if (again instanceof HTMLElement) again.focus();
      });
      for (const mark of root.querySelectorAll(".stage .mark"))
        placeMark(/** @type {HTMLElement} */ (mark), cell, grid);
      const rows = Math.ceil(run.used.length / COLUMNS);
      book.style.aspectRatio = `${COLUMNS} / ${rows}`;
      placeMark(find(book, ".mark"), candidate, [rows, COLUMNS]);
      find(root, ".readout").textContent = sentenceOf(run, state, text);
      const swaps = swapsOf(run);
      swap.textContent = format(text.swap, { code: candidate });
      Object.assign(swap, {
        disabled: pending || candidate === run.swapped[cell],
        onclick: () => act("swap", { swapped: [...swaps.filter(([at]) => at !== cell), [cell, candidate]] }),
      });
      Object.assign(undo, { disabled: pending || !swaps.length, onclick: () => act("swap", { swapped: [] }) });
      return { code: run.swapped[cell], swaps: swaps.length };
    };
  },

  read: sentenceOf,
};
