// Which pixels speak for a model's answer: integrated gradients and Grad-CAM over the photo, one column a model.
import { element, find, whenChanged } from "../../core/dom.js";
import { drawCells, drawPixels, drawRamp, overlayColour, signedColour, weightColour } from "../../draw/cells.js";
import { buttonGroup, OPACITY, opacitySlider } from "../../draw/choices.js";
import { makeStage } from "../../draw/stage.js";
import { blockShares } from "../../read/attribution.js";
import { format, number, sentences, word } from "../../read/format.js";

/** @typedef {import("../../core/lab").AttributionRun} Run */
/** @typedef {import("../../core/lab").AttributionColumn} Column */
/** @typedef {import("../../core/lab").CnnVsAttentionAttributionText} Text */
/** @typedef {import("../../core/lab").Colour} Colour */
/** @typedef {"integrated" | "cam" | "photo"} Mode */
/** @typedef {"pixels" | "blocks"} Grain */
/** @typedef {{mode: Mode, grain: Grain, opacity: number}} State */

/** @type {Mode[]} */
const MODES = ["integrated", "cam", "photo"];
/** @type {Grain[]} */
const GRAINS = ["pixels", "blocks"];
/** Pixels along the side of a block. */
const BLOCK = 8;

/**
 * A share of the largest contribution over a grey photo. Single pixels are small and few of them large: their colours
 * come sooner.
 * @type {(grain: Grain) => (share: number) => Colour}
 */
const signedOverlay = (grain) => (share) => [
  ...signedColour(0.8 * Math.sign(share)).slice(0, 3),
  255 * Math.abs(share) ** (grain === "blocks" ? 0.7 : 0.5),
];

/** @type {(column: Column, text: Text) => string} */
const sumLine = ({ sum, difference }, text) => {
  const sentence = difference.startsWith("-") ? text.sum_lower : text.sum_higher;
  return format(sentence, { sum: number(Number(sum), 2), difference: difference.replace("-", "") });
};

/** @type {(column: Column, mode: Mode, text: Text) => string} */
const readout = (column, mode, text) => {
  if (mode === "cam") return column.cam ? text.cam_readout : "";
  return sumLine(column, text);
};

/** @type {(index: number, text: Text) => {node: HTMLElement, draw: (run: Run, state: State) => void}} */
function makeColumn(index, text) {
  const none = element("p", { className: "none", textContent: text.no_cam });
  const { stage, photo, heat, name } = makeStage(none);
  const [model, answer, figures] = ["name", "answer", "readout"].map((className) => element("p", { className }));
  const onRun = whenChanged();
  const onMap = whenChanged();
  /** @type {(run: Run, state: State) => void} */
  const draw = (run, { mode, grain }) => {
    const column = run.columns[index];
    onRun([run], () => {
      drawPixels(photo, run.arrays[`pixels_${index}`]);
      model.textContent = column.model;
      answer.textContent = format(text.answer, { ...column });
    });
    onMap([run, mode, grain], () => drawMap(heat, run, index, mode, grain));
    name({ photo: text.photo_picture, heat: `${word(text, "", mode)}: ${column.model}` });
    heat.hidden = mode === "photo" || (mode === "cam" && !column.cam);
    none.hidden = mode !== "cam" || column.cam;
    figures.textContent = readout(column, mode, text);
  };
  return { node: element("div", { className: "column" }, model, answer, stage, figures), draw };
}

/** @type {(heat: HTMLCanvasElement, run: Run, index: number, mode: Mode, grain: Grain) => void} */
function drawMap(heat, run, index, mode, grain) {
  const cam = run.arrays[`cam_${index}`];
  const integrated = run.arrays[`integrated_${index}`];
  if (mode === "cam") return drawCells(heat, cam, cam.shape, (byte) => overlayColour(byte / 255));
  const shares = blockShares(integrated, integrated.shape, grain === "blocks" ? BLOCK : 1);
  drawCells(heat, shares, integrated.shape, signedOverlay(grain));
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first: () => ({ mode: "integrated", grain: "blocks", opacity: OPACITY }),

  keep: (state) => state,

  build: (root, text, set) => {
    const drawModes = buttonGroup(find(root, ".modes"), text.mode, (/** @type {Mode} */ mode) => set({ mode }));
    const drawGrains = buttonGroup(find(root, ".grains"), text.grain, (/** @type {Grain} */ grain) => set({ grain }));
    const drawOpacity = opacitySlider(root, find(root, ".overlay"), text.opacity, set);
    const modes = MODES.map((value) => ({ value, label: word(text, "", value) }));
    const grains = GRAINS.map((value) => ({ value, label: word(text, "", value) }));

    /** @param {State} state */
    const drawLegend = ({ mode, grain }) => {
      const cam = mode === "cam";
      if (cam) drawRamp(find(root, ".scale"), weightColour);
      else drawRamp(find(root, ".scale"), signedOverlay(grain), [-1, 1]);
      find(root, ".low").textContent = cam ? text.cam_low : text.against;
      find(root, ".high").textContent = cam ? text.cam_high : text.in_favour;
      find(root, ".legend").classList.toggle("unused", mode === "photo");
    };

    const onCount = whenChanged();
    /** @type {ReturnType<typeof makeColumn>[]} */
    let columns = [];
    return (run, state) => {
      onCount([run.columns.length], () => {
        columns = run.columns.map((_, index) => makeColumn(index, text));
        find(root, ".columns").style.setProperty("--columns", String(columns.length));
        find(root, ".columns").replaceChildren(...columns.map(({ node }) => node));
      });
      for (const column of columns) column.draw(run, state);
      drawModes(modes, state.mode);
      drawGrains(grains, state.grain, state.mode !== "integrated");
      drawOpacity(state);
      drawLegend(state);
      return {};
    };
  },

  read: (run, { mode, grain }, text) => {
    const columns = run.columns.map((column) => {
      const figures = mode === "cam" && !column.cam ? text.no_cam : readout(column, mode, text);
      return format(text.reading, { model: column.model, answer: format(text.answer, { ...column }), figures });
    });
    const summed = mode === "integrated" ? format(text.summed, { grain: word(text, "", grain) }) : "";
    return sentences(format(text.shown, { mode: word(text, "", mode), summed }), ...columns);
  },
};
