// Which patches count for a class: attention, its rollout and relevance over the photo, layer by layer.
import { canvasElement, element, find, findCanvas, whenChanged } from "../../core/dom.js";
import { drawCells, drawPixels, overlayColour, weightColour } from "../../draw/cells.js";
import { OPACITY, opacitySlider } from "../../draw/choices.js";
import { stepBar } from "../../draw/step_bar.js";
import { largest } from "../../read/attention.js";
import { cellName, format, percent } from "../../read/format.js";
import { mapRow } from "../../read/relevance.js";

/** @typedef {import("../../core/lab").RelevanceRun} Run */
/** @typedef {import("../../core/lab").PatchesRelevanceText} Text */
/** @typedef {{step: number, map: number, opacity: number}} State */

/** @type {(run: Run, text: Text) => string[]} */
const namesOf = ({ classes }, text) => [
  text.attention,
  text.rollout,
  ...classes.map((label) => format(text.relevance, { label })),
];

/**
 * Relevance for the model's answer, in the last layer.
 * @type {(run: Run) => State}
 */
const first = ({ arrays }) => ({ step: arrays.maps.shape[1] - 1, map: 2, opacity: OPACITY });

/** @type {(run: Run, state: State, text: Text) => {half: number, sentence: string}} */
const look = (run, { step, map }, text) => {
  const { maps, half, largest: share } = run.arrays;
  const [, layers, count] = maps.shape;
  const at = map * layers + step;
  const sentence = format(text.readout, {
    map: namesOf(run, text)[map],
    layer: step + 1,
    half: half[at],
    count,
    share: percent(share[at]),
    key: cellName(text.patch, largest(mapRow(run, map, step)), run.grid),
  });
  return { half: half[at], sentence };
};

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => (run.arrays.maps.shape.join() === before.arrays.maps.shape.join() ? state : first(run)),

  build: (root, text, set) => {
    const thumbs = find(root, ".thumbs");
    const drawSteps = stepBar(root, find(root, ".layers"), text, set, { count: ({ arrays }) => arrays.maps.shape[1] });
    const drawOpacity = opacitySlider(root, find(root, ".overlay"), text.opacity, set);
    const onNames = whenChanged();

    /** @type {(run: Run, state: State) => void} */
    const drawThumbs = (run, { step, map }) => {
      const names = namesOf(run, text);
      onNames([names.join()], () =>
        thumbs.replaceChildren(
          ...names.map((name, at) =>
            element("button", { type: "button", onclick: () => set({ map: at }) }, canvasElement(""), name),
          ),
        ),
      );
      for (const [at, button] of [...thumbs.children].entries()) {
        drawCells(findCanvas(button, "canvas"), mapRow(run, at, step), run.grid, weightColour);
        button.setAttribute("aria-pressed", String(at === map));
      }
    };

    return (run, state) => {
      const { half, sentence } = look(run, state, text);
      drawPixels(findCanvas(root, ".photo"), run.arrays.pixels);
      drawCells(findCanvas(root, ".heat"), mapRow(run, state.map, state.step), run.grid, overlayColour);
      drawSteps(run, state);
      drawOpacity(state);
      drawThumbs(run, state);
      find(root, ".layer").textContent = `${state.step + 1} / ${run.arrays.maps.shape[1]}`;
      find(root, ".readout").textContent = sentence;
      return { layer: state.step + 1, half };
    };
  },

  read: (run, state, text) => look(run, state, text).sentence,
};
