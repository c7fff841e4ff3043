// One kind of attention in one layer: every head's rows, one query number by number, and the lecture's code beside it.
import { canvasElement, element, find, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { buttonGroup, numbered } from "../../draw/choices.js";
import { sameStep } from "../../draw/code_panel.js";
import { thumbPad } from "../../draw/marks.js";
import { labelledMatrix, paint } from "../../draw/matrix.js";
import { decimal, strip } from "../../draw/strip.js";
import { format, number, percent, word } from "../../read/format.js";
import {
  codeOf,
  context,
  entropy,
  headPart,
  headsOf,
  meanEntropy,
  ownMask,
  projected,
  sizesOf,
} from "../../read/heads.js";
import { pieceName } from "../../read/pieces.js";
import { code, lineSaid } from "./code.js";

/** @typedef {import("../../core/lab").WalkRun} Run */
/** @typedef {import("../../core/lab").AnatomyAttentionText} Text */
/** @typedef {import("../../core/lab").AttentionName} Kind */
/** @typedef {import("../../read/heads.js").Heads} Heads */
/**
 * split: how many heads, 0 for the model's own. place: the number that is read in every vector, -1 for none.
 * @typedef {{
 *   kind: Kind, layer: number, head: number, query: number, key: number, pinned: boolean, place: number, step: number,
 *   masked: boolean, scaled: boolean, split: number,
 * }} State
 */
/** @typedef {import("../../core/lab").SetState<Run, State & import("../../core/lab").Pending>} Set */

/** @type {(run: Run, kind: Kind) => {queries: string[], keys: string[]}} */
function wordsOf({ stacks }, kind) {
  const [first, last] = [stacks[0].token, stacks[stacks.length - 1].token];
  return { queries: kind === "encoder" ? first : last, keys: kind === "decoder" ? last : first };
}

/**
 * The head whose rows are spread most, as there the switches change most; in its middle row the key with most attention.
 * @type {(run: Run, kind?: Kind) => State}
 */
function first(run, kind = /** @type {Kind} */ (run.stacks[run.stacks.length - 1].stack)) {
  const own = { split: 0, masked: ownMask(kind), scaled: true };
  const found = Array.from({ length: sizesOf(run, kind).layers }, (_, layer) => {
    const heads = headsOf(run, { ...own, kind, layer });
    return heads.attention.map((rows, head) => ({ layer, head, rows, spread: meanEntropy(heads, head) }));
  }).flat();
  const { layer, head, rows } = found.reduce((best, one) => (one.spread > best.spread ? one : best));
  const query = Math.floor(rows.length / 2);
  const key = rows[query].indexOf(Math.max(...rows[query]));
  return { ...own, kind, layer, head, query, key, pinned: false, place: -1, step: 0 };
}

/** A change of the switches, and the line of the code that reads as the chosen one did.
 * @type {(change: Partial<State>) => (state: State, run: Run) => Partial<State>} */
const switched = (change) => (state, run) => ({
  ...change,
  step: sameStep(codeOf(run, state), codeOf(run, { ...state, ...change }), state.step),
});

/** @type {(run: Run, heads: Heads, state: State, text: Text) => string} */
function cellSaid(run, heads, { kind, head, query, key }, text) {
  const { queries, keys } = wordsOf(run, kind);
  const details = {
    query: pieceName(queries[query], text),
    key: pieceName(keys[key], text),
    score: decimal(heads.scores[head][query][key]),
    share: percent(heads.attention[head][query][key]),
  };
  return format(heads.allowed(query, key) ? text.cell : text.cell_masked, details);
}

/** What the rows' entropy says. @type {(heads: Heads, own: Heads, state: State, text: Text) => string} */
const entropySaid = (heads, own, { head, query }, text) =>
  format(heads.own ? text.entropy : text.entropy_changed, {
    row: number(entropy(heads.attention[head][query]), 2),
    mean: number(meanEntropy(heads, head), 2),
    all: number(heads.attention.reduce((sum, _, at) => sum + meanEntropy(heads, at), 0) / heads.count, 2),
    own: number(own.attention.reduce((sum, _, at) => sum + meanEntropy(own, at), 0) / own.count, 2),
  });

/** @type {(heads: Heads, rows: Float32Array[]) => Float32Array[]} */
const visible = (heads, rows) =>
  rows.map((row, query) => row.subarray(0, row.findLastIndex((_, key) => heads.allowed(query, key)) + 1));

/**
 * The buttons above.
 * @type {(root: HTMLElement, text: Text, set: Set, act: import("../../core/lab").Act) =>
 *   (run: Run, state: State & import("../../core/lab").Pending, heads: Heads) => void}
 */
function settings(root, text, set, act) {
  const group = (/** @type {string} */ box, /** @type {string} */ label, /** @type {(value: any) => void} */ choose) =>
    buttonGroup(find(root, box), label, choose);
  const drawKinds = group(".kinds", text.kind, (/** @type {Kind} */ kind) => set((_, run) => first(run, kind)));
  const drawLayers = group(".layers", text.layer, (layer) => set({ layer }));
  const drawHeads = group(".heads", text.head, (head) => set({ head }));
  const drawMasked = group(".masked", text.mask_switch, (masked) => set(switched({ masked })));
  const drawScaled = group(".scaled", text.scale_switch, (scaled) => set(switched({ scaled })));
  const drawSplit = group(".split", text.split_switch, (split) => set({ split, head: 0, place: -1 }));
  const drawPositions = group(".positions", text.positions_switch, (with_positions) =>
    set((_, run) => {
      if (run.positions !== with_positions) act("positions", { with_positions });
      return null;
    }),
  );
  const onOff = [
    { value: true, label: text.on },
    { value: false, label: text.off },
  ];
  return (run, state, heads) => {
    const { layers, heads: own } = sizesOf(run, state.kind);
    drawKinds(
      run.kinds.map((value) => ({ value, label: word(text, "kind_", value) })),
      state.kind,
    );
    drawLayers(numbered(layers), state.layer);
    drawHeads(numbered(heads.count), state.head);
    drawMasked(onOff, state.masked, state.kind === "cross");
    drawScaled(onOff, state.scaled);
    const options = codeOf(run, state).split.map((count) => ({
      value: count === own ? 0 : count,
      label: String(count),
      own: count === own,
    }));
    drawSplit(options, state.split);
    drawPositions(onOff, run.positions, state.pending);
  };
}

/**
 * The matrix of the head, and all heads side by side.
 * @type {(root: HTMLElement, text: Text, set: Set) => (run: Run, state: State, heads: Heads) => void}
 */
function weights(root, text, set) {
  const thumbs = find(root, ".thumbs");
  const drawMatrix = labelledMatrix(find(root, ".matrix"), {
    point: ({ row, column }) => set(({ pinned }) => (pinned ? null : { query: row, key: column })),
    pick: ({ row, column }) =>
      set(({ pinned, query, key }) => ({
        query: row,
        key: column,
        pinned: !(pinned && query === row && key === column),
      })),
  });
  const onCount = whenChanged();
  return (run, { kind, head, query, key }, heads) => {
    const { queries, keys } = wordsOf(run, kind);
    const named = (/** @type {string[]} */ pieces) => pieces.map((piece) => pieceName(piece, text));
    const rows = visible(heads, heads.attention[head]);
    const label = format(text.head_of, { head: head + 1 });
    find(root, ".weights .title").textContent = label;
    const matrix = { rows, size: heads.size, queries: named(queries), keys: named(keys) };
    drawMatrix(matrix, { row: query, column: key }, label);
    onCount([heads.count], () => {
      const made = heads.scores.map((_, at) =>
        element(
          "button",
          { type: "button", ariaLabel: `${text.head} ${at + 1}`, onclick: () => set({ head: at }) },
          canvasElement(""),
          String(at + 1),
        ),
      );
      thumbs.replaceChildren(...made);
      thumbs.classList.toggle("many", heads.count > 8);
    });
    for (const [at, button] of [...thumbs.children].entries()) {
      const canvas = /** @type {HTMLCanvasElement} */ (button.firstElementChild);
      paint(canvas, { rows: visible(heads, heads.attention[at]), size: heads.size });
      button.setAttribute("aria-pressed", String(at === head));
    }
  };
}

/** One query, number by number. @type {(root: HTMLElement, text: Text, set: Set) => (run: Run, state: State, heads: Heads) => void} */
function numbers(root, text, set) {
  const read = (/** @type {number} */ place) => set({ place });
  const [q, k, v, sum, output] = Array.from({ length: 5 }, () => strip(read));
  find(root, ".above").append(q.node, k.node, v.node);
  find(root, ".below").append(sum.node, output.node);
  const body = find(root, "tbody");
  const onKeys = whenChanged();
  return (run, { kind, layer, head, query, key, place, scaled }, heads) => {
    const { queries, keys } = wordsOf(run, kind);
    const [of, at] = [pieceName(queries[query], text), pieceName(keys[key], text)];
    find(root, ".numbers .title").textContent = format(text.query_of, { query: of });
    find(root, ".product").textContent = scaled ? text.product : text.product_unscaled;
    q.draw({ numbers: headPart(heads.query[query], head, heads.dim), name: format(text.q_of, { token: of }), place });
    k.draw({ numbers: headPart(heads.key[key], head, heads.dim), name: format(text.k_of, { token: at }), place });
    v.draw({ numbers: headPart(heads.value[key], head, heads.dim), name: format(text.v_of, { token: at }), place });
    sum.draw({ numbers: context(heads, head, query), name: text.weighted_sum, place });
    output.node.hidden = !heads.own;
    if (heads.own) {
      output.draw({ numbers: projected(run, kind, layer, query), name: text.projected, place });
    }
    onKeys([keys.join("\n")], () => {
      const row = (/** @type {string} */ piece, /** @type {number} */ column) => {
        const cells = [pieceName(piece, text), "", "", ""].map((textContent) => element("td", { textContent }));
        return element("tr", { onclick: () => set({ key: column, pinned: true }) }, ...cells);
      };
      body.replaceChildren(...keys.map(row));
    });
    for (const [column, row] of [...body.children].entries()) {
      const [, product, mask, share] = /** @type {HTMLElement[]} */ ([...row.children]);
      const seen = heads.allowed(query, column);
      row.className = `${seen ? "" : "masked"} ${column === key ? "now" : ""}`;
      product.textContent = decimal(heads.scores[head][query][column]);
      mask.textContent = seen ? "0" : "−∞";
      share.textContent = seen ? percent(heads.attention[head][query][column]) : "0";
      share.style.setProperty("--share", `${100 * heads.attention[head][query][column]}%`);
    }
  };
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => {
    const shape = (/** @type {Run} */ { stacks, kinds, arrays }) =>
      JSON.stringify([stacks.map(({ token }) => token), kinds.map((kind) => [kind, arrays[`${kind}_query`].shape])]);
    return shape(run) === shape(before) ? state : first(run);
  },

  build: (root, text, set, act) => {
    const draw = {
      settings: settings(root, text, set, act),
      weights: weights(root, text, set),
      numbers: numbers(root, text, set),
      code: code(root, text, set),
    };
    const arrows = (/** @type {number} */ down, /** @type {number} */ right) =>
      set((state, run) => {
        const { queries, keys } = wordsOf(run, state.kind);
        const [query, key] = [state.query + down, state.key + right];
        const inside = query >= 0 && key >= 0 && query < queries.length && key < keys.length;
        return inside ? { query, key, pinned: true } : null;
      });
    bindKeys(root, { Escape: () => set({ pinned: false, place: -1 }), arrows });
    find(root, ".hint").before(thumbPad(text, arrows));
    return (run, state) => {
      const heads = headsOf(run, state);
      const own = heads.own ? heads : headsOf(run, { ...state, masked: ownMask(state.kind), scaled: true, split: 0 });
      draw.settings(run, state, heads);
      draw.weights(run, state, heads);
      draw.numbers(run, state, heads);
      draw.code(run, state, heads);
      const { head, query, key, place } = state;
      find(root, ".entropy").textContent =
        `${cellSaid(run, heads, state, text)} ${entropySaid(heads, own, state, text)}`;
      return {
        count: heads.count,
        score: heads.scores[head][query][key],
        share: heads.attention[head][query][key],
        bits: meanEntropy(heads, head),
        number: place < 0 ? null : (headPart(heads.query[query], head, heads.dim)[place] ?? null),
      };
    };
  },

  read: (run, state, text) => {
    const heads = headsOf(run, state);
    return `${cellSaid(run, heads, state, text)} ${lineSaid(run, heads, state, text)}`;
  },
};
