// The cosines of a ViT's positions: the map of every patch at its place, and that of one patch large.
import { find, findCanvas, whenChanged } from "../../core/dom.js";
import { drawCells, drawRamp, weightColour } from "../../draw/cells.js";
import { picker, placeMark, pointIn } from "../../draw/marks.js";
import { largest } from "../../read/attention.js";
import { cellName, format, number } from "../../read/format.js";
import { mapOfMaps } from "../../read/position_maps.js";
import { slice } from "../../read/slice.js";

/** @typedef {import("../../core/lab").PositionMapsRun} Run */
/** @typedef {import("../../core/lab").BlocksPositionMapsText} Text */
/** patch: whose map is large. other: the one that it is compared with, -1 for none.
 * @typedef {{patch: number, pinned: boolean, other: number}} State */

/** The patch in the middle. @type {(run: Run) => State} */
const first = ({ grid: [rows, columns] }) => ({
  patch: Math.floor(rows / 2) * columns + Math.floor(columns / 2),
  pinned: false,
  other: -1,
});

/** The patch most alike to one by position. @type {(run: Run, patch: number) => number} */
const nearestTo = ({ arrays }, patch) =>
  largest(slice(arrays.cosine, patch).map((value, at) => (at === patch ? -2 : value)));

/** @type {(run: Run, state: State, text: Text) => {cosine: number, nearest: number, sentence: string}} */
function look(run, { patch }, text) {
  const nearest = nearestTo(run, patch);
  const cosine = slice(run.arrays.cosine, patch, nearest)[0];
  const [name, like] = [patch, nearest].map((at) => cellName(text.patch, at, run.grid));
  return { cosine, nearest, sentence: format(text.readout, { patch: name, nearest: like, cosine: number(cosine, 2) }) };
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => (run.grid.join() === before.grid.join() ? state : first(run)),

  build: (root, text, set) => {
    const [whole, own] = [find(root, ".whole .stage"), find(root, ".own .stage")];
    picker(root, [whole], text, set, {
      grid: ({ grid }) => grid,
      cell: (_, { patch }) => patch,
      choose: (patch) => ({ patch, other: -1 }),
    });
    own.addEventListener("pointermove", (event) => {
      const [down, across] = pointIn(event);
      set((_, { grid: [rows, columns] }) => ({
        other:
          Math.min(rows - 1, Math.floor(down * rows)) * columns + Math.min(columns - 1, Math.floor(across * columns)),
      }));
    });
    const once = whenChanged();
    drawRamp(find(root, ".ramp"), weightColour);
    return (run, state) => {
      const { grid, least, arrays } = run;
      const colour = (/** @type {number} */ cosine) => weightColour((cosine - least) / (1 - least));
      once([run], () => {
        const [rows, columns] = grid;
        drawCells(
          findCanvas(whole, "canvas"),
          mapOfMaps(arrays.cosine, grid),
          [rows * rows, columns * columns],
          colour,
        );
        for (const stage of [whole, own]) stage.style.setProperty("--ratio", String(columns / rows));
        find(root, ".least").textContent = number(least, 2);
      });
      const { patch, other } = state;
      const { cosine, nearest, sentence } = look(run, state, text);
      const row = slice(arrays.cosine, patch);
      drawCells(findCanvas(own, "canvas"), row, grid, colour);
      placeMark(find(whole, ".mark"), patch, grid);
      placeMark(find(own, ".self"), patch, grid);
      placeMark(find(own, ".nearest"), nearest, grid);
      find(root, ".chosen").textContent = format(text.own_map, { patch: cellName(text.patch, patch, grid) });
      find(root, ".readout").textContent = sentence;
      const details = { patch: cellName(text.patch, other, grid), cosine: number(row[other] ?? 0, 2) };
      find(root, ".pointed").textContent = other < 0 ? "" : format(text.pointed, details);
      return { cosine, nearest, pointed: other < 0 ? null : row[other] };
    };
  },

  read: (run, state, text) => look(run, state, text).sentence,
};
