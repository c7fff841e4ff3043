// The same spot of the same photo in a ViT and in a Swin, at the same share of their depth: where does it look?
import { find, findCanvas } from "../../core/dom.js";
import { drawCells, drawPixels, overlayColour } from "../../draw/cells.js";
import { picker, placeMark } from "../../draw/marks.js";
import { stepBar } from "../../draw/step_bar.js";
import { sharesOfLargest } from "../../read/attention.js";
import { format, percent } from "../../read/format.js";
import { levelAt, middleOf, swinSpot, tokenAt, vitSpot } from "../../read/pair.js";

/** @typedef {import("../../core/lab").PairRun} Run */
/** @typedef {import("../../core/lab").PatchesPairText} Text */
/** @typedef {import("../../read/pair.js").Spot} Spot */
/**
 * A step through the deeper model, and a point of the photo: shares down and across.
 * @typedef {{step: number, spot: [number, number], pinned: boolean}} State
 */

/** @type {(run: Run) => [number, number]} */
const depths = ({ vit, swin }) => [vit.arrays.attention.shape[0], swin.blocks.length];
/** @type {(run: Run) => number} */
const count = (run) => Math.max(...depths(run));
/** @type {(run: Run) => State} */
const first = (run) => ({ step: Math.floor(count(run) / 3), spot: [0.5, 0.5], pinned: false });

/** @type {(run: Run, state: State) => {vit: Spot, swin: Spot}} */
const look = (run, { step, spot }) => {
  const [vit, swin] = depths(run).map((layers) => levelAt(step, count(run), layers));
  return { vit: vitSpot(run.vit, vit, spot), swin: swinSpot(run.swin, swin, spot) };
};

/** @type {(run: Run, spots: {vit: Spot, swin: Spot}, text: Text) => {vit: string, swin: string}} */
const places = (run, { vit, swin }, text) => {
  const [layers, blocks] = depths(run);
  return {
    vit: format(text.layer, { layer: vit.level + 1, layers }),
    swin: format(text.block, { block: swin.level + 1, blocks }),
  };
};

/** @type {(spot: Spot, text: Text) => string} */
const seesLine = ({ weights, visible, half }, text) => {
  const all = weights.length;
  return format(text.sees, { visible, count: all, share: percent(visible / all), half, area: percent(half / all) });
};

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => (count(run) === count(before) ? state : first(run)),

  build: (root, text, set) => {
    const halves = { vit: find(root, ".half.vit"), swin: find(root, ".half.swin") };
    const drawDepth = stepBar(root, find(root, ".depth"), text, set, { count });
    const stages = Object.values(halves).map((half) => find(half, ".stage"));
    // The ViT's patches are the spots that one can choose, in both photos.
    picker(root, stages, text, set, {
      grid: (run) => run.vit.grid,
      cell: (run, { spot }) => tokenAt(run.vit.grid, spot),
      choose: (cell, run) => {
        return { spot: middleOf(run.vit.grid, cell) };
      },
    });

    return (run, state) => {
      const spots = look(run, state);
      const names = places(run, spots, text);
      for (const name of /** @type {const} */ (["vit", "swin"])) {
        const { grid, weights, visible, half: count, token } = spots[name];
        const half = halves[name];
        drawPixels(findCanvas(half, ".photo"), run[name].arrays.pixels);
        drawCells(findCanvas(half, ".heat"), sharesOfLargest(weights), grid, overlayColour);
        placeMark(find(half, ".mark"), token, grid);
        find(half, ".place").textContent = names[name];
        find(half, ".readout").textContent = seesLine(spots[name], text);
        const numbers = { visible, half: count, token };
        for (const [key, number] of Object.entries(numbers)) half.dataset[key] = String(number);
      }
      drawDepth(run, state);
      return {};
    };
  },

  read: (run, state, text) => {
    const spots = look(run, state);
    const { vit, swin } = places(run, spots, text);
    return format(text.reading, {
      vit_name: text.vit,
      vit_place: vit,
      vit_sees: seesLine(spots.vit, text),
      swin_name: text.swin,
      swin_place: swin,
      swin_sees: seesLine(spots.swin, text),
    });
  },
};
