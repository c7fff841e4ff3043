// Text to image: a picture as its codes come, what else was probable, and what each looked at in the one stream.
import { canvasElement, element, find, findCanvas, nameCanvas, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { drawCells, drawPixels, weightColour } from "../../draw/cells.js";
import { buttonGroup, numbered, OPACITY, opacitySlider } from "../../draw/choices.js";
import { tokenBar } from "../../draw/distribution.js";
import { placeMark, pointIn, thumbPad } from "../../draw/marks.js";
import { paint } from "../../draw/matrix.js";
import { stepBar } from "../../draw/step_bar.js";
import { shade } from "../../draw/tokens.js";
import { largest, sum } from "../../read/attention.js";
import { cellName, finePercent, format, number, percent, sentences, word } from "../../read/format.js";
import { slice } from "../../read/slice.js";
import { streamLength, streamRow, streamRows } from "../../read/stream_attention.js";
import { drawCodes, sceneWords } from "../codes.js";

/** @typedef {import("../../core/lab").WriteRun} Run */
/** @typedef {import("../../core/lab").ImageTextWriteText} Text */
/** @typedef {import("../../core/lab").Head} Head */
/** which: the picture; step: its place that is read.
 * @typedef {{which: number, step: number, layer: number, head: Head, opacity: number}} State */
/** @typedef {State & import("../../core/lab").Pending} Shown */
/** @typedef {import("../../core/lab").SetState<Run, State>} Set */

/** Milliseconds of a token. */
const PACE = 160;

/** A weight in [0, 1] over a drawing: what has none is left as it is. @type {(share: number) => import("../../core/lab").Colour} */
const seenColour = (share) => [...weightColour(share).slice(0, 3), 235 * share];

/** Places of the whole picture, and its grid. @type {(run: Run) => {text: number, grid: [number, number]}} */
function sizes(run) {
  const side = run.arrays.pictures_0.shape[1] / run.arrays.sample.shape[1];
  return { text: streamLength(run) - side * side, grid: [side, side] };
}

/** @type {(run: Run) => State} */
const first = (run) => ({
  which: 0,
  step: run.written[0].code.length - 1,
  layer: run.arrays.attention_0.shape[1] - 1,
  head: "mean",
  opacity: OPACITY,
});

/** @type {(run: Run, state: State, text: Text) => string} */
function tokenLine(run, { which, step }, text) {
  const { code, log_prob, probability, entropy, kept } = run.written[which];
  const drawn = probability[step];
  const details = {
    place: cellName(text.place, step, sizes(run).grid),
    code: code[step],
    share: finePercent(Math.exp(log_prob[step])),
    bits: number(entropy[step], 2),
    kept: number(kept[step]),
    drawn: finePercent(drawn ?? 0),
  };
  const how = drawn !== null ? format(text.drawn, details) : run.method === "greedy" ? text.greedy : text.given;
  return sentences(format(text.token_line, details), how);
}

/** How much the words get, how much earlier places, and which gets most. @type {(run: Run, state: State, text: Text) => string} */
function looksLine(run, state, text) {
  const row = streamRow(run, state, state.step);
  const room = sizes(run).text;
  const best = largest(row);
  const name =
    best < room ? `“${run.written[state.which].token[best]}”` : cellName(text.patch, best - room, sizes(run).grid);
  const words = sum(row.subarray(0, room)) / sum(row);
  return format(row.length > room ? text.looks_line : text.looks_first, {
    words: percent(words),
    places: percent(1 - words),
    best: name,
    share: percent(row[best]),
  });
}

/** What is asked, right or not. @type {(run: Run, which: number, text: Text) => HTMLElement[]} */
const checks = (run, which, text) =>
  run.written[which].checks.map(([what, said, has]) => {
    const right = said === has;
    const [wanted, found] = [said, has].map((values) => (values ? sceneWords(text, values) : text.none));
    const name = word(text, "what_", what);
    const title = format(right ? text.right : text.wrong, { what: name, wanted, found });
    const node = element("span", { textContent: right ? `✓ ${wanted}` : `✗ ${wanted} → ${found}`, title });
    node.className = right ? "right" : "wrong";
    return node;
  });

/** @type {(root: HTMLElement, run: Run, state: Shown, text: Text, act: import("../../core/lab").Act) => void} */
function drawAlternatives(root, run, { which, step, pending }, text, act) {
  const { code, alternative, alternative_log_prob, probability } = run.written[which];
  const put = run.method === "greedy" ? [] : code.flatMap((one, at) => (probability[at] === null ? [[at, one]] : []));
  const bars = alternative[step].map((one, rank) => {
    const own = Math.exp(alternative_log_prob[step][rank]);
    const taken = one === code[step];
    const node = tokenBar({ name: String(one), own, now: own, marks: taken ? "▶" : "" });
    const tile = canvasElement("tile");
    drawCodes(tile, run.arrays.sample, [one], 1);
    node.firstElementChild?.after(tile);
    if (which) return node;
    const label = format(text.put_here, { code: one });
    const onclick = () => act("put", { forced: [...put.filter(([at]) => at < step), [step, one]] });
    const disabled = taken || pending || !run.done;
    node.append(
      element("button", { type: "button", textContent: "↳", ariaLabel: label, title: label, disabled, onclick }),
    );
    return node;
  });
  find(root, ".token-bars").replaceChildren(...bars);
  const rest = 1 - alternative_log_prob[step].reduce((total, value) => total + Math.exp(value), 0);
  find(root, ".rest").textContent = format(text.rest_share, { share: finePercent(Math.max(0, rest)) });
  const undo = find(root, ".unforce");
  undo.hidden = !put.length;
  Object.assign(undo, { disabled: pending, onclick: () => act("put", { forced: [] }) });
}

/** @type {(figures: HTMLElement[], run: Run, state: State, text: Text) => void} */
function drawPictures(figures, run, state, text) {
  const { grid, text: room } = sizes(run);
  for (const [which, figure] of figures.entries()) {
    const one = run.written[which];
    figure.hidden = !one;
    if (!one) continue;
    const step = Math.min(state.step, one.code.length - 1);
    const canvas = findCanvas(figure, ".written");
    drawPixels(canvas, slice(run.arrays[`pictures_${which}`], step));
    const nats = number(-sum(one.log_prob), 1);
    find(figure, "figcaption").textContent = format(text.figure, { caption: one.caption, nats });
    nameCanvas(canvas, format(text.picture_of, { caption: one.caption, step: step + 1 }));
    const row = streamRow(run, { ...state, which }, step);
    const top = row[largest(row)];
    const heat = Array.from({ length: grid[0] * grid[1] }, (_, at) => (row[room + at] ?? 0) / top);
    const shown = which === state.which;
    const cover = (/** @type {number} */ share) => (shown ? seenColour(share) : [0, 0, 0, 0]);
    drawCells(findCanvas(figure, ".heat"), heat, grid, cover);
    placeMark(find(figure, ".mark"), step, grid);
    figure.classList.toggle("chosen", shown && run.written.length > 1);
  }
}

/** @type {(root: HTMLElement, run: Run, state: State, text: Text) => void} */
function drawLooks(root, run, state, text) {
  const row = streamRow(run, state, state.step);
  const top = row[largest(row)];
  const nodes = run.written[state.which].token.map((token, at) => {
    const node = element("span", { textContent: token, title: percent(row[at]) });
    shade(node, row[at] / top);
    return node;
  });
  find(root, ".words").replaceChildren(...nodes);
  find(root, ".looked").textContent = looksLine(run, state, text);
  const { grid } = sizes(run);
  const size = /** @type {[number, number]} */ ([grid[0] * grid[1], streamLength(run)]);
  const canvas = findCanvas(root, ".mask canvas");
  paint(canvas, { rows: streamRows(run, state), size });
  nameCanvas(canvas, text.mask);
  placeMark(find(root, ".mask .mark"), state.step, [size[0], 1]);
}

/** Click a place of a picture, or a row of the mask. @type {(root: HTMLElement, figures: HTMLElement[], set: Set) => void} */
function clicks(root, figures, set) {
  for (const [which, figure] of figures.entries())
    find(figure, ".stage").onclick = (event) => {
      const [down, across] = pointIn(event);
      set((_, run) => {
        const [rows, columns] = sizes(run).grid;
        const step = Math.floor(down * rows) * columns + Math.floor(across * columns);
        return { which, step: Math.min(step, run.written[which].code.length - 1) };
      });
    };
  find(root, ".mask").onclick = (event) => {
    const [down] = pointIn(event);
    set(({ which }, run) => {
      const [rows, columns] = sizes(run).grid;
      return { step: Math.min(Math.floor(down * rows * columns), run.written[which].code.length - 1) };
    });
  };
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => {
    if (run.arrays.attention_0.shape.slice(1).join() !== before.arrays.attention_0.shape.slice(1).join())
      return first(run);
    const [newest, settled] = [run.written.length - 1, run.done && before.done];
    const which = settled ? Math.min(state.which, newest) : run.done ? 0 : newest;
    const last = run.written[which].code.length - 1;
    return { ...state, which, step: settled ? Math.min(state.step, last) : last };
  },

  build: (root, text, set, act) => {
    const figures = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("figure")]);
    const drawSteps = stepBar(root, find(root, ".step-row"), text, set, {
      count: (run, { which }) => run.written[which].code.length,
      pace: () => PACE,
    });
    const drawOpacity = opacitySlider(root, find(root, ".overlay"), text.opacity, set);
    const drawLayers = buttonGroup(find(root, ".layers"), text.layer, (/** @type {number} */ layer) => set({ layer }));
    const drawHeads = buttonGroup(find(root, ".heads"), text.head, (/** @type {Head} */ head) => set({ head }));
    clicks(root, figures, set);
    const arrows = (/** @type {number} */ down, /** @type {number} */ right) =>
      set(({ which, step }, run) => {
        const next = step + right + down * sizes(run).grid[1];
        return next >= 0 && next < run.written[which].code.length ? { step: next } : null;
      });
    bindKeys(root, { arrows });
    find(root, ".pictures").after(thumbPad(text, arrows));
    const [onPlace, onRun] = [whenChanged(), whenChanged()];
    return (run, state) => {
      const [, layers, heads] = run.arrays.attention_0.shape;
      drawSteps(run, state);
      drawOpacity(state);
      drawLayers(numbered(layers), state.layer);
      drawHeads([{ value: /** @type {Head} */ ("mean"), label: text.mean }, ...numbered(heads)], state.head);
      onRun([run], () => {
        for (const [which, figure] of figures.entries())
          find(figure, ".checks").replaceChildren(...(run.written[which] ? checks(run, which, text) : []));
      });
      onPlace([run, state.which, state.step, state.pending], () => drawAlternatives(root, run, state, text, act));
      drawPictures(figures, run, state, text);
      drawLooks(root, run, state, text);
      const { code } = run.written[state.which];
      find(root, ".at").textContent = format(text.at, { step: state.step + 1, count: code.length });
      find(root, ".readout").textContent = tokenLine(run, state, text);
      return { code: code[state.step], seen: run.written[state.which].seen[state.step], done: run.done ? "yes" : "no" };
    };
  },

  read: (run, state, text) => sentences(tokenLine(run, state, text), looksLine(run, state, text)),
};
