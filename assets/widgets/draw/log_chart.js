// A small line chart with a logarithmic vertical axis, from 10^lowest to 1, and one step of it marked.
import { svgElement, whenChanged } from "../core/dom.js";
import { powerOfTen } from "../read/format.js";
import { logShare } from "../read/scale.js";

/** Edges of the plot in the units of the picture, which is 380 wide and 248 high. */
const [LEFT, RIGHT, TOP, BOTTOM] = [66, 366, 14, 200];
/** Labels of steps that fit side by side. */
const LABELS = 8;
/** Powers of ten between two rules. */
const RULE = 5;

/**
 * @typedef {{steps: readonly (string | number)[], lines: readonly (readonly number[])[], lowest: number}} Lines
 */

/**
 * Returns draw(lines, step); the lines are drawn again only where they are another object.
 * @param {HTMLElement} box
 * @param {{label: string, axis: string}} text
 * @returns {(chart: Lines, step: number) => void}
 */
export function logChart(box, { label, axis }) {
  const once = whenChanged();
  const now = svgElement("line", { class: "now", y1: TOP - 8, y2: BOTTOM });
  /** @type {SVGCircleElement[]} */
  let dots = [];
  return (chart, step) => {
    const x = across(step, chart.steps.length);
    once([chart], () => {
      dots = chart.lines.map((_, at) => svgElement("circle", { r: 5, fill: seriesColour(at) }));
      const still = [...rules(chart.lowest), ...ticks(chart.steps), words((LEFT + RIGHT) / 2, BOTTOM + 41, axis)];
      const picture = svgElement("svg", { viewBox: "0 0 380 248", role: "img", "aria-label": label });
      picture.append(...still, now, ...polylines(chart), ...dots);
      box.replaceChildren(picture);
    });
    for (const end of ["x1", "x2"]) now.setAttribute(end, String(x));
    for (const [at, dot] of dots.entries()) {
      dot.setAttribute("cx", String(x));
      dot.setAttribute("cy", String(down(chart.lines[at][step], chart.lowest)));
    }
  };
}

/** @type {(step: number, steps: number) => number} */
const across = (step, steps) => LEFT + ((RIGHT - LEFT) * step) / Math.max(1, steps - 1);
/** @type {(value: number, lowest: number) => number} */
const down = (value, lowest) => BOTTOM - (BOTTOM - TOP) * logShare(value, lowest);
/** @param {number} at */
const seriesColour = (at) => `var(--lab-series-${at + 1})`;
/** @type {(x: number, y: number, content: string, anchor?: string) => SVGTextElement} */
const words = (x, y, content, anchor = "middle") => svgElement("text", { x, y, "text-anchor": anchor }, content);

/** @param {number} lowest */
function rules(lowest) {
  const powers = Array.from({ length: 1 - lowest / RULE }, (_, at) => -RULE * at);
  return powers.flatMap((power) => {
    const y = down(10 ** power, lowest);
    const label = `${power === lowest ? "≤ " : ""}${powerOfTen(power)}`;
    return [
      svgElement("line", { class: "rule", x1: LEFT, x2: RIGHT, y1: y, y2: y }),
      words(LEFT - 6, y + 5, label, "end"),
    ];
  });
}

/** @param {Lines["steps"]} steps */
function ticks(steps) {
  const every = Math.ceil(steps.length / LABELS);
  const shown = [...steps.entries()].filter(([step]) => step % every === 0);
  return shown.map(([step, label]) => words(across(step, steps.length), BOTTOM + 20, String(label)));
}

/** @param {Lines} chart */
function polylines({ steps, lines, lowest }) {
  return lines.map((line, at) => {
    const points = line.map((value, step) => `${across(step, steps.length)},${down(value, lowest)}`).join(" ");
    return svgElement("polyline", { class: "line", stroke: seriesColour(at), points });
  });
}
