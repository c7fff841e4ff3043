// Probability by rank, both logarithmic: the model's own, what is left of it, and where each rule cuts.
import { svgElement } from "../../core/dom.js";
import { powerOfTen } from "../../read/format.js";
import { logShare } from "../../read/scale.js";

/** Edges of the plot in the units of the picture, which is 400 wide and 250 high. */
const [LEFT, RIGHT, TOP, BOTTOM] = [58, 388, 30, 206];
/** The smallest probability that is drawn, as a power of ten. */
const LOWEST = -8;
/** Points of a curve. */
const POINTS = 160;

/** @typedef {{own: ArrayLike<number>, now: ArrayLike<number>, cuts: {name: string, kept: number}[]}} Curves */

/** @type {(rank: number, count: number) => number} */
const across = (rank, count) => LEFT + ((RIGHT - LEFT) * Math.log(rank)) / Math.log(Math.max(2, count));
/** @type {(probability: number) => number} */
const down = (probability) => BOTTOM - (BOTTOM - TOP) * logShare(probability, LOWEST);
/** @type {(x: number, y: number, content: string, anchor?: string, name?: string) => SVGTextElement} */
const words = (x, y, content, anchor = "middle", name = "") =>
  svgElement("text", { x, y, "text-anchor": anchor, class: name }, content);

/** Ranks from 1, as many as are drawn. @param {number} count */
function shownRanks(count) {
  const ranks = Array.from({ length: POINTS }, (_, at) => Math.round(count ** (at / (POINTS - 1))));
  return [...new Set(ranks)];
}

/** @type {(values: ArrayLike<number>, count: number, name: string) => SVGPolylineElement} */
function curve(values, count, name) {
  const ranks = shownRanks(values.length);
  const points = ranks.map((rank) => `${across(rank, count)},${down(values[rank - 1])}`).join(" ");
  return svgElement("polyline", { class: name, points });
}

/**
 * Draws in `box`.
 * @param {HTMLElement} box
 * @param {Curves} curves
 * @param {{label: string, axis: string}} text
 */
export function drawRanks(box, { own, now, cuts }, { label, axis }) {
  const count = own.length;
  const picture = svgElement("svg", { viewBox: "0 0 400 250", role: "img", "aria-label": label });
  for (const power of [0, -2, -4, -6, -8]) {
    const y = down(10 ** power);
    picture.append(svgElement("line", { class: "rule", x1: LEFT, x2: RIGHT, y1: y, y2: y }));
    picture.append(words(LEFT - 6, y + 5, `${power === LOWEST ? "≤ " : ""}${powerOfTen(power)}`, "end"));
  }
  for (let rank = 1; rank <= count; rank *= 10) picture.append(words(across(rank, count), BOTTOM + 20, String(rank)));
  picture.append(words((LEFT + RIGHT) / 2, BOTTOM + 40, axis), curve(own, count, "own"), curve(now, count, "now"));
  for (const [at, { name, kept }] of cuts.entries()) {
    const x = across(Math.max(1, kept + 0.5), count);
    picture.append(svgElement("line", { class: "cut", x1: x, x2: x, y1: TOP, y2: BOTTOM }));
    picture.append(words(x, TOP - 4 - 12 * (at % 2), name, x > (LEFT + RIGHT) / 2 ? "end" : "start", "cut-name"));
  }
  box.replaceChildren(picture);
}
