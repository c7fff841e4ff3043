// The same queries and keys under one mask after another: a matrix, a graph, and what each costs.
import { element, find, findCanvas, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { buttonGroup, numbered } from "../../draw/choices.js";
import { placeMark, pointIn, thumbPad } from "../../draw/marks.js";
import { paint } from "../../draw/matrix.js";
import { slider } from "../../draw/slider.js";
import { stepBar } from "../../draw/step_bar.js";
import { largest } from "../../read/attention.js";
import { cellName, format, number, percent, word } from "../../read/format.js";
import { pairOf, toggled } from "../../read/graph.js";
import { MASKS, masked, SIZED, spots } from "../../read/masks.js";
import { maskGraph } from "./pictures.js";

/** @typedef {import("../../core/lab").MasksRun} Run */
/** @typedef {import("../../core/lab").GraphMasksText} Text */
/** @typedef {import("../../core/lab").GraphPair} Pair */
/** @typedef {"photo" | "sentence"} Source */
/**
 * step: the mask; size: side of a window, or how many keys are the nearest; from: the token that was chosen, -1 for none;
 * changes: edges of the given graph that are cut or added.
 * @typedef {{
 *   step: number, source: Source, head: number, size: number, query: number, pinned: boolean, from: number,
 *   changes: Record<Source, Pair[]>,
 * }} State
 */

const SOURCES = /** @type {const} */ (["photo", "sentence"]);

/** Half of the grid's longer side, as Swin's windows on 14 x 14 patches. @type {(run: Run, source: Source) => number} */
const middleSize = (run, source) => Math.max(1, Math.floor(Math.max(...run[source].grid) / 2));

/** @type {(run: Run, source: Source) => Pick<State, "source" | "head" | "size" | "query" | "from">} */
const opened = (run, source) => ({
  source,
  head: 0,
  from: -1,
  size: middleSize(run, source),
  query: Math.floor(run[source].tokens.length / 2) + Math.floor(run[source].grid[1] / 2) * Number(source === "photo"),
});

/** @type {(run: Run) => State} */
const first = (run) => ({
  step: 0,
  pinned: false,
  changes: { photo: [], sentence: [] },
  ...opened(run, "photo"),
});

/** @type {(state: State) => boolean} */
const isGiven = ({ step }) => MASKS[step] === "neighbours";

/**
 * A token is chosen, or let go; on the given graph a second one cuts the edge to the first, or adds it.
 * @type {(state: State, token: number) => Partial<State>}
 */
function chosen(state, token) {
  const { from, source, changes } = state;
  if (token === from) return { from: -1, pinned: false };
  if (from < 0 || !isGiven(state)) return { from: token, query: token, pinned: true };
  return { changes: { ...changes, [source]: toggled(changes[source], pairOf(from, token)) } };
}

/** All masks of a head, computed once while they are looked at. */
function computed() {
  const once = whenChanged();
  /** @type {ReturnType<typeof masked>[]} */
  let all = [];
  return (
    /** @type {import("../../core/lab").ScoresRun} */ run,
    /** @type {State} */ { head, size, source, changes },
  ) => {
    once([run, head, size, changes[source]], () => {
      all = MASKS.map((mask) => masked(run, mask, head, size, changes[source]));
    });
    return all;
  };
}

/** @type {(run: Run, state: State, token: number, text: Text) => string} */
const tokenName = (run, { source }, token, text) =>
  source === "photo" ? cellName(text.patch, token, run.photo.grid) : `“${run.sentence.tokens[token].replace("▁", "")}”`;

/** @type {(run: Run, state: State, rows: readonly Float32Array[], text: Text) => string} */
function looksLine(run, state, rows, text) {
  const weights = rows[state.query];
  const best = largest(weights);
  return format(text.looks, {
    query: tokenName(run, state, state.query, text),
    open: weights.filter((weight) => !Number.isNaN(weight)).length,
    count: weights.length,
    key: tokenName(run, state, best, text),
    share: percent(weights[best]),
  });
}

/** @type {(state: State, text: Text) => string} */
const maskName = ({ step, size }, text) => format(word(text, "mask_", MASKS[step]), { size });

/** @type {(table: HTMLElement, all: readonly ReturnType<typeof masked>[], state: State, text: Text) => void} */
function drawCosts(table, all, state, text) {
  const cells = (/** @type {"td" | "th"} */ tag, /** @type {string[]} */ words) =>
    words.map((textContent) => element(tag, { textContent }));
  find(table, "thead").replaceChildren(
    element("tr", {}, ...cells("th", [text.mask, text.edges, text.share, text.kept])),
  );
  const rows = MASKS.map((_, step) => {
    const { edges, kept } = all[step];
    const words = [maskName({ ...state, step }, text), number(edges), percent(edges / all[0].edges), percent(kept)];
    return element("tr", { className: step === state.step ? "now" : "" }, ...cells("td", words));
  });
  find(table, "tbody").replaceChildren(...rows);
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) =>
    SOURCES.every((source) => run[source].arrays.scores.shape.join() === before[source].arrays.scores.shape.join())
      ? state
      : first(run),

  build: (root, text, set) => {
    const [stage, matrix] = [find(root, ".stage"), find(root, ".stage.matrix")];
    const [drawGraph, compute] = [maskGraph(stage), computed()];
    const drawFilm = stepBar(root, find(root, ".film"), text, set, { count: () => MASKS.length, pace: () => 2500 });
    const drawSources = buttonGroup(find(root, ".sources"), text.source, (/** @type {Source} */ source) =>
      set((_, run) => opened(/** @type {Run} */ (run), source)),
    );
    const drawHeads = buttonGroup(find(root, ".heads"), text.head, (/** @type {number} */ head) => set({ head }));
    /** @type {ReturnType<typeof slider>} */
    let drawSize = () => {};
    const onRange = whenChanged();

    /** @type {(box: HTMLElement, find: (point: [number, number], run: Run, state: State) => number) => void} */
    const pointing = (box, at) => {
      box.addEventListener("pointermove", (event) => {
        const point = pointIn(event);
        set((state, run) => (state.pinned ? null : { query: at(point, run, state) }));
      });
      box.addEventListener("click", (event) => {
        const point = pointIn(event);
        set((state, run) => chosen(state, at(point, run, state)));
      });
    };
    pointing(stage, ([down, across], run, { source }) => {
      const away = spots(run[source].grid).map(([x, y]) => -Math.hypot(x - across, y - down));
      return largest(away);
    });
    pointing(matrix, ([down], run, { source }) => {
      const count = run[source].tokens.length;
      return Math.min(count - 1, Math.max(0, Math.floor(down * count)));
    });
    const arrows = (/** @type {number} */ down, /** @type {number} */ right) =>
      set(({ query, source }, run) => {
        const { grid, tokens } = run[source];
        const next = query + right + down * (grid[0] === 1 ? 1 : grid[1]);
        return next >= 0 && next < tokens.length ? { query: next, pinned: true } : null;
      });
    bindKeys(root, {
      arrows,
      Enter: () => set((state) => chosen(state, state.query)),
      Escape: () => set({ pinned: false, from: -1 }),
    });
    const restore = /** @type {HTMLButtonElement} */ (find(root, ".restore"));
    restore.addEventListener("click", () => set(({ changes, source }) => ({ changes: { ...changes, [source]: [] } })));
    find(root, ".hint").before(thumbPad(text, arrows));

    return (run, state) => {
      const shown = run[state.source];
      const all = compute(shown, state);
      const { rows, edges, kept } = all[state.step];
      const count = shown.tokens.length;
      drawFilm(run, state);
      drawGraph(shown, rows, state.query, isGiven(state) ? state.from : -1);
      restore.hidden = !isGiven(state) || !state.changes[state.source].length;
      paint(findCanvas(root, "canvas.heat"), { rows, size: [count, count] });
      placeMark(find(root, ".matrix .mark"), state.query, [count, 1]);
      drawSources(
        SOURCES.map((value) => ({ value, label: word(text, "source_", value) })),
        state.source,
      );
      drawHeads(numbered(shown.arrays.scores.shape[0]), state.head);
      onRange([state.source, run], () => {
        const range = { min: 1, max: Math.max(...shown.grid), step: 1 };
        drawSize = slider(find(root, ".size"), text.size, range, (size) => set({ size }));
      });
      drawSize(state.size, String(state.size));
      find(root, ".size").classList.toggle("idle", !SIZED.includes(MASKS[state.step]));
      find(root, ".mask-name").textContent = maskName(state, text);
      find(root, ".whose").textContent = word(text, "whose_", MASKS[state.step]);
      find(root, ".readout").textContent = looksLine(run, state, rows, text);
      find(root, ".model").textContent = format(text.model, { ...shown });
      drawCosts(find(root, ".costs"), all, state, text);
      return { edges, kept, weight: rows[state.query][largest(rows[state.query])] };
    };
  },

  read: (run, state, text) => {
    const shown = run[state.source];
    const { rows, edges, kept } = masked(shown, MASKS[state.step], state.head, state.size, state.changes[state.source]);
    return format(text.reading, {
      mask: maskName(state, text),
      whose: word(text, "whose_", MASKS[state.step]),
      edges: number(edges),
      kept: percent(kept),
      looks: looksLine(run, state, rows, text),
    });
  },
};
