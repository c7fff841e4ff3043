// Where a token looks: one row of the attention matrix over the photo.
import { canvasElement, element, find, findCanvas, whenChanged } from "../../core/dom.js";
import { drawCells, drawPixels, overlayColour, weightColour } from "../../draw/cells.js";
import { buttonGroup, OPACITY, opacitySlider } from "../../draw/choices.js";
import { picker, placeMark, pointIn } from "../../draw/marks.js";
import { stepBar } from "../../draw/step_bar.js";
import { heads, largest, sharesOfLargest, sum } from "../../read/attention.js";
import { bytePercent, cellName, format } from "../../read/format.js";
import { attentionRow, halfCount } from "../../read/vit.js";

/** @typedef {import("../../core/lab").VitRun} Run */
/** @typedef {import("../../core/lab").PatchesAttendText} Text */
/** @typedef {import("../../core/lab").Head | "rollout"} Head */
/** @typedef {{step: number, head: Head, query: number, pinned: boolean, opacity: number}} State */

/**
 * The heads of a layer, their mean, and the rollout, with their names.
 * @type {(run: Run, text: Text) => [Head, string][]}
 */
const choicesOf = (run, text) => [
  ...heads("mean", run.arrays.attention.shape[1]).map((head) => /** @type {[Head, string]} */ ([head, `${head + 1}`])),
  ["mean", text.mean],
  ["rollout", text.rollout],
];

/** @type {(run: Run) => State} */
const first = (run) => {
  const [rows, columns] = run.grid;
  const middle = Math.floor(rows / 2) * columns + Math.floor(columns / 2);
  const step = run.arrays.attention.shape[0] - 1;
  return { step, head: "mean", query: run.prefix.length + middle, pinned: false, opacity: OPACITY };
};

/** @type {(run: Run, state: State) => {patches: Float32Array, half: number, sentence: (text: Text) => string}} */
const look = (run, { step, head, query }) => {
  const weights = attentionRow(run, step, query, head);
  const begin = run.prefix.length;
  const patches = weights.subarray(begin);
  const best = largest(patches);
  const half = halfCount(run, step, query, head);
  /** @param {Text} text */
  const sentence = (text) =>
    format(text.readout, {
      query: query < begin ? run.prefix[query] : cellName(text.patch, query - begin, run.grid),
      key: cellName(text.patch, best, run.grid),
      share: bytePercent(patches[best]),
      prefix: run.prefix.join(" + "),
      half,
      count: patches.length,
      rest: bytePercent(sum(weights.subarray(0, begin))),
    });
  return { patches, half, sentence };
};

/** Where two maps of the overview meet. */
const GAP = -1;
/** @type {(share: number) => import("../../core/lab").Colour} */
const overviewColour = (share) => (share === GAP ? [0, 0, 0, 0] : weightColour(share));

/**
 * The maps of all heads, below one another, in all layers, side by side, from one token.
 * @type {(run: Run, query: number) => {shares: Float32Array, grid: [number, number]}}
 */
function overview(run, query) {
  const [layers, count] = run.arrays.attention.shape;
  const [rows, columns] = run.grid;
  const grid = /** @type {[number, number]} */ ([count * (rows + 1) - 1, layers * (columns + 1) - 1]);
  const shares = new Float32Array(grid[0] * grid[1]).fill(GAP);
  for (let layer = 0; layer < layers; layer++) {
    for (let head = 0; head < count; head++) {
      const map = sharesOfLargest(attentionRow(run, layer, query, head).subarray(run.prefix.length));
      for (let row = 0; row < rows; row++) {
        const start = (head * (rows + 1) + row) * grid[1] + layer * (columns + 1);
        shares.set(map.subarray(row * columns, (row + 1) * columns), start);
      }
    }
  }
  return { shares, grid };
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) =>
    run.arrays.attention.shape.join() === before.arrays.attention.shape.join() ? state : first(run),

  build: (root, text, set) => {
    const [mark, thumbs] = [find(root, ".mark"), find(root, ".thumbs")];
    const drawSteps = stepBar(root, find(root, ".layers"), text, set, {
      count: (run) => run.arrays.attention.shape[0],
    });
    const drawOpacity = opacitySlider(root, find(root, ".overlay"), text.opacity, set);
    const drawPrefix = buttonGroup(find(root, ".prefix"), text.query, (/** @type {number} */ query) =>
      set((state) => ({ query, pinned: !(state.pinned && state.query === query) })),
    );
    picker(root, [find(root, ".stage")], text, set, {
      grid: (run) => run.grid,
      cell: (run, { query }) => query - run.prefix.length,
      choose: (cell, run) => ({ query: cell + run.prefix.length }),
    });

    /** @type {(choice: [Head, string]) => HTMLElement} */
    const thumb = ([head, label]) => {
      const ariaLabel = `${text.head_name} ${label}`;
      return element("button", { type: "button", ariaLabel, onclick: () => set({ head }) }, canvasElement(""), label);
    };
    const onHeads = whenChanged();
    /** @type {(run: Run, state: State) => void} */
    const drawThumbs = (run, { step, query, head }) => {
      const choices = choicesOf(run, text);
      onHeads([choices.length], () => {
        thumbs.replaceChildren(...choices.map(thumb));
        thumbs.classList.toggle("many", choices.length > 8);
      });
      for (const [at, [choice]] of choices.entries()) {
        const patches = attentionRow(run, step, query, choice).subarray(run.prefix.length);
        const button = thumbs.children[at];
        drawCells(findCanvas(button, "canvas"), sharesOfLargest(patches), run.grid, weightColour);
        button.setAttribute("aria-pressed", String(choice === head));
      }
    };

    const [all, chosen] = [find(root, ".overview"), find(root, ".overview .mark")];
    all.addEventListener("click", (event) => {
      const [down, across] = pointIn(event);
      set((_, run) => {
        const [layers, count] = run.arrays.attention.shape;
        return { step: Math.floor(across * layers), head: Math.floor(down * count) };
      });
    });
    const onQuery = whenChanged();
    /** @type {(run: Run, state: State) => void} */
    const drawOverview = (run, { step, head, query }) => {
      const [layers, count] = run.arrays.attention.shape;
      onQuery([run, query], () => {
        const { shares, grid } = overview(run, query);
        drawCells(findCanvas(root, ".overview canvas"), shares, grid, overviewColour);
        all.style.aspectRatio = `${grid[1]} / ${grid[0]}`;
      });
      chosen.hidden = typeof head !== "number";
      if (typeof head === "number") placeMark(chosen, head * layers + step, [count, layers]);
    };

    return (run, state) => {
      const { step, query } = state;
      const begin = run.prefix.length;
      const { patches, half, sentence } = look(run, state);
      drawPixels(findCanvas(root, ".photo"), run.arrays.pixels);
      drawCells(findCanvas(root, ".heat"), sharesOfLargest(patches), run.grid, overlayColour);
      if (query >= begin) placeMark(mark, query - begin, run.grid);
      else mark.hidden = true;
      drawSteps(run, state);
      drawOpacity(state);
      drawThumbs(run, state);
      drawOverview(run, state);
      drawPrefix(
        run.prefix.map((label, value) => ({ label, value })),
        query,
      );
      find(root, ".layer").textContent = `${step + 1} / ${run.arrays.attention.shape[0]}`;
      find(root, ".readout").textContent = sentence(text);
      return { layer: step + 1, half };
    };
  },

  read: (run, state, text) => look(run, state).sentence(text),
};
