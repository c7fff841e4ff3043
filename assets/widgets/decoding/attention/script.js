// The attention of both decoders: a row for each token that is predicted, over the source or over the decoder itself.
import { find } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { buttonGroup, numbered } from "../../draw/choices.js";
import { thumbPad } from "../../draw/marks.js";
import { labelledMatrix } from "../../draw/matrix.js";
import { attentionSize, readCell, refinementLook, searchLook } from "../../read/decoder_attention.js";
import { format, percent, word } from "../../read/format.js";
import { pieceName } from "../../read/pieces.js";
import { WAYS } from "../../read/race.js";
import { clock } from "../clock.js";
import { modelChoice } from "../models.js";
import { passCount, stepsOf } from "../steps.js";

/** @typedef {import("../../core/lab").DecodeRun} Run */
/** @typedef {import("../../core/lab").DecodingAttentionText} Text */
/** @typedef {import("../../core/lab").Head} Head */
/** @typedef {import("../../core/lab").Way} Way */
/** @typedef {import("../../core/lab").Json} Json */
/** @typedef {import("../../read/decoder_attention.js").Look} Look */
/** @typedef {import("../../read/decoder_attention.js").Over} Over */
/** @typedef {import("../../read/decoder_attention.js").Place} Place */
/**
 * cell: the one that is read in each way's matrix; none stands for the largest weight of its newest row. way: the matrix
 * that the arrow keys move in.
 * @typedef {{
 *   step: number, speed: number, layer: number, head: Head, over: Over, model: number,
 *   cell: Partial<Record<Way, Place>>, way: Way, pinned: boolean,
 * }} State
 */
/** @typedef {import("../../core/lab").SetState<Run, State>} Set */

/** @type {(run: Run) => State} */
const first = (run) => ({
  ...{ step: stepsOf(run) - 1, speed: 1, head: "mean", over: "source", model: 0 },
  ...{ layer: attentionSize(run).layers - 1, cell: {}, way: "autoregressive", pinned: false },
});

/** @type {(run: Run, state: State) => Record<Way, Look | null>} */
const looksOf = (run, state) => ({
  autoregressive: searchLook(run, state.step, state),
  non_autoregressive: refinementLook(run, state.model, state.step, state),
});

/** What a query sees of a key. @type {(look: Look | null, way: Way, state: State, text: Text) => string} */
function cellLine(look, way, state, text) {
  if (!look) return word(text, "", way, "_none");
  const { row, column } = readCell(look, state.cell[way] ?? null);
  const weights = look.rows[row];
  const kind = !weights ? "cell_later" : column < weights.length ? "cell_weight" : "cell_masked_out";
  const key = look.keys[column];
  return format(text[kind], {
    row: row + 1,
    column: column + 1,
    query: weights ? pieceName(look.queries[row], text) : "",
    key: key === null ? "▶" : key === undefined ? "…" : pieceName(key, text),
    share: weights ? percent(weights[column] ?? 0) : "",
  });
}

/**
 * @type {(root: HTMLElement, way: Way, text: Text, set: Set) => (look: Look | null, state: State) => Json}
 */
function panel(root, way, text, set) {
  const box = find(root, `section.${way}`);
  const draw = labelledMatrix(find(box, ".matrix"), {
    point: (cell) => set(({ pinned, cell: cells }) => (pinned ? null : { cell: { ...cells, [way]: cell }, way })),
    pick: (cell) =>
      set((state) => {
        const same = state.pinned && state.way === way && JSON.stringify(state.cell[way]) === JSON.stringify(cell);
        return { cell: { ...state.cell, [way]: cell }, way, pinned: !same };
      }),
  });
  return (look, state) => {
    const label = word(text, "", way, `_${state.over}`);
    const cell = look && readCell(look, state.cell[way] ?? null);
    const matrix = look && {
      ...look,
      queries: look.queries.map((piece) => pieceName(piece, text)),
      keys: look.keys.map((piece) => (piece === null ? "▶" : pieceName(piece, text))),
    };
    draw(matrix, cell, label);
    const place = look ? format(text.layer_of, { layer: look.layer + 1, count: look.layers }) : "";
    find(box, ".place").textContent = place;
    find(box, ".what").textContent = label;
    find(box, ".readout").textContent = cellLine(look, way, state, text);
    return look && cell ? { ...cell, weight: look.rows[cell.row]?.[cell.column] ?? 0 } : {};
  };
}

/**
 * The buttons above the matrices.
 * @type {(root: HTMLElement, text: Text, set: Set) => (run: Run, state: State) => void}
 */
function choices(root, text, set) {
  const drawOver = buttonGroup(find(root, ".overs"), text.over, (/** @type {Over} */ over) => set({ over, cell: {} }));
  const drawLayers = buttonGroup(find(root, ".layers"), text.layer, (/** @type {number} */ layer) => set({ layer }));
  const drawHeads = buttonGroup(find(root, ".heads"), text.head, (/** @type {Head} */ head) => set({ head }));
  const drawModels = modelChoice(root, text, (model) => set({ model, cell: {} }));
  const overs = /** @type {Over[]} */ (["source", "self"]).map((value) => ({
    value,
    label: word(text, "over_", value),
  }));
  return (run, { over, layer, head, model }) => {
    const { layers, heads } = attentionSize(run);
    drawOver(overs, over);
    drawLayers(numbered(layers), layer);
    drawHeads([...numbered(heads), { value: /** @type {Head} */ ("mean"), label: text.mean }], head);
    drawModels(run, model);
  };
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => {
    if (run === before) return state;
    const same = JSON.stringify(attentionSize(run)) === JSON.stringify(attentionSize(before));
    const { speed, over, layer, head } = state;
    return { ...first(run), speed, over, ...(same ? { layer, head } : {}) };
  },

  build: (root, text, set) => {
    const drawClock = clock(root, text, set, { count: stepsOf, change: () => ({ cell: {}, pinned: false }) });
    const drawChoices = choices(root, text, set);
    const panels = WAYS.map((way) => ({ way, draw: panel(root, way, text, set) }));
    const arrows = (/** @type {number} */ down, /** @type {number} */ right) =>
      set((state, run) => {
        const look = looksOf(run, state)[state.way];
        if (!look) return null;
        const { row, column } = readCell(look, state.cell[state.way] ?? null);
        const next = { row: row + down, column: column + right };
        const inside = next.row >= 0 && next.column >= 0 && next.row < look.size[0] && next.column < look.size[1];
        return inside ? { cell: { ...state.cell, [state.way]: next }, pinned: true } : null;
      });
    bindKeys(root, { Escape: () => set({ cell: {}, pinned: false }), arrows });
    find(root, ".hint").before(thumbPad(text, arrows));
    return (run, state) => {
      const looks = looksOf(run, state);
      drawClock(run, state);
      drawChoices(run, state);
      const [calls, passes] = [run.search.steps.length, passCount(run, state.model)];
      find(root, ".calls").textContent = format(text.calls, { done: Math.min(state.step, calls), count: calls });
      find(root, ".passed").textContent = format(text.passes, { done: Math.min(state.step, passes), count: passes });
      return { attention: Object.fromEntries(panels.map(({ way, draw }) => [way, draw(looks[way], state)])) };
    };
  },

  read: (run, state, text) => {
    const looks = looksOf(run, state);
    return format(text.reading, Object.fromEntries(WAYS.map((way) => [way, cellLine(looks[way], way, state, text)])));
  },
};
