// One model's column: its photo with the field over it, and the numbers below.
import { element, whenChanged } from "../../core/dom.js";
import { constants } from "../../core/theme.js";
import { drawCells, drawPixels } from "../../draw/cells.js";
import { placeBox } from "../../draw/marks.js";
import { makeStage } from "../../draw/stage.js";
import { cells, outlines, sizes } from "../../read/fields.js";
import { format, percent, word } from "../../read/format.js";

/** @typedef {import("../../core/lab").FieldRun} Run */
/** @typedef {import("../../core/lab").FieldsFieldText} Text */
/** @typedef {import("../../core/lab").Colour} Colour */
/** @typedef {import("../../read/fields.js").Choice} Choice */

/**
 * A byte of the one scale for all: 0 a tenth of the picture's average or less, 255 a thousand times as much.
 * @param {number} byte
 * @returns {Colour}
 */
export const levelColour = (byte) => [...constants.colourMap[Math.round(byte)], Math.min(255, 2 * byte)];

/**
 * A share as people read it; a dash where there is none, as of a field of zeros.
 * @param {number | null} share
 */
export const shareOrDash = (share) => (share === null || !Number.isFinite(share) ? "—" : percent(share));

/**
 * Makes the column of model `index`; click(event) is told of clicks on its photo. Returns its node and what draws it.
 * @param {number} index
 * @param {Text} text
 * @param {(event: MouseEvent) => void} click
 */
export function makeColumn(index, text, click) {
  const [box, square, cross] = ["box", "square", "cross"].map((className) => element("div", { className }));
  const { stage, photo, heat, name } = makeStage(box, square, cross);
  stage.addEventListener("click", click);
  const answer = element("span", { className: "answer" });
  const model = element("b");
  const layer = element("output", { className: "layer" });
  const count = element("span", { className: "number" });
  const readout = element("div", { className: "readout" });
  const onRun = whenChanged();

  const node = element(
    "div",
    { className: "column" },
    element("div", { className: "name" }, model, answer),
    stage,
    element("div", { className: "at" }, layer, count),
    readout,
  );
  /** @type {(run: Run, choice: Choice, at: number, point: readonly number[]) => void} */
  const draw = (run, choice, at, [down, across]) => {
    const column = run.columns[index];
    onRun([run], () => {
      drawPixels(photo, run.arrays[`pixels_${index}`]);
      model.textContent = column.model;
      answer.textContent = ` · ${column.answer} ${column.share}`;
    });
    const map = cells(run, index, at, choice);
    drawCells(heat, map, map.shape, levelColour);
    name({
      photo: text.photo_picture,
      heat: format(word(text, "picture_", choice.mode), { ...column, layer: column.layers[at] }),
    });
    const edges = outlines(run, index, at, choice);
    placeBox(box, edges.box);
    placeBox(square, edges.square ?? [0, 0, 0, 0]);
    Object.assign(cross.style, { top: `${100 * down}%`, left: `${100 * across}%` });
    layer.textContent = column.layers[at];
    count.textContent = `${at + 1} / ${column.layers.length}`;
    readout.replaceChildren(...lines(run, index, at, choice, text));
  };
  return { node, draw };
}

/** @type {(run: Run, index: number, at: number, choice: Choice, text: Text) => Node[]} */
function lines(run, index, at, choice, text) {
  const { rolls } = run.columns[index];
  const { can, does, replknet, distance } = sizes(run, index, at, choice);
  const attention =
    distance === null ? line(null, text.no_attention) : line(distance, text.distance, text.distance_means);
  const seen = line(can, text.can, text.can_means);
  if (choice.mode === "rollout") {
    const textContent = rolls ? text.rolled : text.no_rollout;
    return [...seen, ...attention, element("span", { className: "note", textContent })];
  }
  const areas = [...line(does, text.does, text.does_means), ...line(replknet, text.replknet, text.replknet_means)];
  return [...seen, ...areas, ...attention];
}

/** @type {(share: number | null, label: string, means?: string) => Node[]} */
const line = (share, label, means = "") => [
  element("b", { textContent: shareOrDash(share) }),
  element("span", { textContent: label, title: means }),
];
