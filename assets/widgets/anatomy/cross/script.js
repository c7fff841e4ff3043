// Cross-attention: the matrix of every layer and head, and beside it what the loss of each source token changes.
import { canvasElement, element, find, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { buttonGroup } from "../../draw/choices.js";
import { thumbPad } from "../../draw/marks.js";
import { labelledMatrix, paint } from "../../draw/matrix.js";
import { allChosen, crossRows, crossSize } from "../../read/cross.js";
import { format, percent, word } from "../../read/format.js";
import { brightness, changeAt, changesOf, differenceText } from "../../read/known_output.js";
import { pieceName } from "../../read/pieces.js";
import { drawPieces } from "../pieces.js";

/** @typedef {import("../../core/lab").KnownOutput} Run */
/** @typedef {import("../../core/lab").AnatomyCrossText} Text */
/** @typedef {import("../../read/cross.js").Chosen} Chosen */
/** @typedef {"hidden" | "removed"} Way */
/**
 * way: how the source token is lost; position and source: the cell that is read in both matrices.
 * @typedef {Chosen & {way: Way, position: number, source: number, pinned: boolean}} State
 */
/** @typedef {import("../../core/lab").SetState<Run, State>} Set */

/** @type {readonly Way[]} */
const WAYS = ["hidden", "removed"];

/** @type {() => State} */
const first = () => ({ layer: "mean", head: "mean", way: "hidden", position: 1, source: 1, pinned: false });

/** @type {(chosen: Chosen, text: Text) => string} */
function chosenName({ layer, head }, text) {
  if (layer === "mean") return text.all_mean;
  const details = { layer: layer + 1, head: head === "mean" ? "" : head + 1 };
  return format(head === "mean" ? text.layer_mean : text.layer_head, details);
}

/** @type {(run: Run, at: number, text: Text) => string} */
const sourceName = (run, at, text) => pieceName(run.source[at], text);

/** @type {(run: Run, state: State, text: Text) => string} */
function attentionLine(run, state, text) {
  const { position, source } = state;
  const weight = percent(crossRows(run, state)[position][source]);
  const token = pieceName(run.piece[run.says[position]], text);
  return format(text.cell_attention, { token, position: position + 1, source: sourceName(run, source, text), weight });
}

/** @type {(run: Run, state: State, text: Text) => string} */
function effectLine(run, { way, position, source }, text) {
  const { difference, token, probability, after, afterProbability } = changeAt(run, way, source, position);
  return format(after === token ? text.cell_effect_same : text.cell_effect, {
    source: sourceName(run, source, text),
    difference: differenceText(difference),
    token: pieceName(token, text),
    probability: percent(probability),
    after: pieceName(after ?? "", text),
    then_probability: percent(afterProbability),
  });
}

/**
 * Small pictures of all layers and heads, to choose one. Returns what draws them.
 * @type {(box: HTMLElement, text: Text, set: Set) => (run: Run, state: State) => void}
 */
function multiples(box, text, set) {
  const onRun = whenChanged();
  return (run, state) => {
    const all = allChosen(run);
    onRun([run], () => {
      box.style.setProperty("--heads", String(crossSize(run).heads + 1));
      box.replaceChildren(...all.map((chosen) => picture(run, chosen, text, set)));
    });
    for (const [at, { layer, head }] of all.entries()) {
      box.children[at].setAttribute("aria-pressed", String(layer === state.layer && head === state.head));
    }
  };
}

/** @type {(run: Run, chosen: Chosen, text: Text, set: Set) => HTMLElement} */
function picture(run, chosen, text, set) {
  const name = chosenName(chosen, text);
  const size = crossSize(run);
  const button = element("button", { type: "button", title: name, ariaLabel: name, onclick: () => set(chosen) });
  if (chosen.layer === "mean") {
    Object.assign(button, { className: "all", textContent: name });
    return button;
  }
  const canvas = canvasElement("");
  paint(canvas, { rows: crossRows(run, chosen), size: [size.positions, size.source] });
  button.append(canvas, ...(chosen.head === "mean" ? [element("small", { textContent: text.mean })] : []));
  return button;
}

/** @type {(root: HTMLElement, name: string, set: Set) => ReturnType<typeof labelledMatrix>} */
const matrix = (root, name, set) =>
  labelledMatrix(find(root, `section.${name} .matrix`), {
    point: ({ row, column }) => set(({ pinned }) => (pinned ? null : { position: row, source: column })),
    pick: ({ row, column }) =>
      set((state) => {
        const same = state.pinned && state.position === row && state.source === column;
        return { position: row, source: column, pinned: !same };
      }),
  });

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => {
    if (run === before) return state;
    const [now, then] = [crossSize(run), crossSize(before)];
    const same = now.layers === then.layers && now.heads === then.heads;
    const { layer, head, way } = state;
    return { ...first(), way, ...(same ? { layer, head } : {}) };
  },

  build: (root, text, set) => {
    const drawMultiples = multiples(find(root, ".multiples"), text, set);
    const drawWays = buttonGroup(find(root, ".ways"), text.way, (/** @type {Way} */ way) => set({ way }));
    const [drawAttention, drawEffect] = ["attention", "effect"].map((name) => matrix(root, name, set));
    const arrows = (/** @type {number} */ down, /** @type {number} */ right) =>
      set((state, run) => {
        const [position, source] = [state.position + down, state.source + right];
        const size = crossSize(run);
        const inside = position >= 0 && position < size.positions && source >= 0 && source < size.source;
        return inside ? { position, source, pinned: true } : null;
      });
    bindKeys(root, { Escape: () => set({ pinned: false }), arrows });
    find(root, ".legend").before(thumbPad(text, arrows));
    return (run, state) => {
      const { positions, source } = crossSize(run);
      const queries = run.says.map((at) => pieceName(run.piece[at], text));
      const keys = run.source.map((_, at) => sourceName(run, at, text));
      const frame = { size: /** @type {const} */ ([positions, source]), queries, keys };
      const cell = { row: state.position, column: state.source };
      const attention = crossRows(run, state);
      const effect = run.says.map((_, position) =>
        Float32Array.from(run.source, (_, at) => brightness(changeAt(run, state.way, at, position).difference)),
      );
      drawMultiples(run, state);
      drawAttention({ ...frame, rows: attention }, cell, text.attention);
      drawEffect({ ...frame, rows: effect, most: 1 }, cell, text.effect);
      drawWays(
        WAYS.map((value) => ({ value, label: word(text, "way_", value) })),
        state.way,
      );
      find(root, ".which").textContent = chosenName(state, text);
      find(root, ".attention .readout").textContent = attentionLine(run, state, text);
      find(root, ".effect .readout").textContent = effectLine(run, state, text);
      find(root, ".without").textContent = format(text.without, { source: sourceName(run, state.source, text) });
      drawPieces(find(root, ".then"), "", changesOf(run, state.way, state.source), "after", state.position, text);
      return {
        weight: attention[state.position][state.source],
        difference: changeAt(run, state.way, state.source, state.position).difference,
      };
    };
  },

  read: (run, state, text) =>
    format(text.reading, { attention: attentionLine(run, state, text), effect: effectLine(run, state, text) }),
};
