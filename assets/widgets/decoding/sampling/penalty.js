// Finished hypotheses by the length penalty: a line for each, relative to the best one, and their ranking at one penalty.
import { element, find, svgElement, whenChanged } from "../../core/dom.js";
import { format, number, sentences } from "../../read/format.js";
import { sentence } from "../../read/pieces.js";
import { crossings, leaders, ranked, scoreOf } from "../../read/sampling.js";
import { logNumber } from "../../read/search.js";

/** @typedef {import("../../core/lab").SamplingRun} Run */
/** @typedef {import("../../core/lab").DecodingSamplingText} Text */

/** The penalties that are drawn. */
export const BOUNDS = /** @type {const} */ ([-1, 2]);
/** Places of the plot in the picture, which is 300 wide and 150 high. */
const [LEFT, RIGHT, TOP, BOTTOM] = [40, 290, 12, 112];
/** Points of a line. */
const POINTS = 61;

/** @type {(run: Run, at: number) => string} */
const wordsOf = ({ finished, piece }, at) => sentence(finished[at].token.map((token) => piece[token]));
const across = (/** @type {number} */ penalty) =>
  LEFT + ((penalty - BOUNDS[0]) / (BOUNDS[1] - BOUNDS[0])) * (RIGHT - LEFT);

/**
 * How many times the best one's score a hypothesis has: 1 is the best.
 * @type {(run: Run, at: number, penalty: number) => number}
 */
const relative = ({ finished }, at, penalty) =>
  scoreOf(finished[at], penalty) / scoreOf(finished[ranked(finished, penalty)[0].at], penalty);

/** @type {(run: Run, text: Text) => {picture: SVGElement, now: SVGElement}} */
function picture(run, text) {
  const penalties = Array.from(
    { length: POINTS },
    (_, at) => BOUNDS[0] + (at / (POINTS - 1)) * (BOUNDS[1] - BOUNDS[0]),
  );
  const lines = run.finished.map((_, at) => penalties.map((penalty) => relative(run, at, penalty)));
  const most = Math.max(1.001, ...lines.flat().filter(Number.isFinite));
  const down = (/** @type {number} */ share) => TOP + (Math.log(share) / Math.log(most)) * (BOTTOM - TOP);
  const svg = svgElement("svg", { viewBox: "0 0 300 150", role: "img", "aria-label": text.penalty });
  /** @type {(x: number, y: number, words: string, anchor?: string) => SVGElement} */
  const label = (x, y, words, anchor = "middle") => svgElement("text", { x, y, "text-anchor": anchor }, words);
  const ticks = [-1, 0, 1, 2].map((penalty) => label(across(penalty), BOTTOM + 16, number(penalty)));
  const marks = crossings(run.finished, BOUNDS).map((penalty) =>
    svgElement("line", { class: "crossing", x1: across(penalty), x2: across(penalty), y1: TOP, y2: BOTTOM }),
  );
  const drawn = lines.map((line, at) =>
    svgElement("polyline", {
      class: "score-line",
      stroke: `var(--lab-series-${(at % 8) + 1})`,
      points: line.map((share, place) => `${across(penalties[place])},${down(Math.max(1, share))}`).join(" "),
    }),
  );
  const now = svgElement("line", { class: "now", y1: TOP - 6, y2: BOTTOM + 4 });
  const scale = [label(LEFT - 4, TOP + 5, "1×", "end"), label(LEFT - 4, BOTTOM, `${number(most, 1)}×`, "end")];
  svg.append(...marks, ...drawn, now, ...ticks, ...scale, label((LEFT + RIGHT) / 2, BOTTOM + 34, text.penalty_axis));
  svg.append(svgElement("title", {}, text.penalty_scale));
  return { picture: svg, now };
}

/** Who leads where, and where ranks change. @type {(run: Run, text: Text) => string} */
export function penaltyLine(run, text) {
  const places = [...new Set(crossings(run.finished, BOUNDS).map((penalty) => number(penalty, 2)))];
  if (!places.length) return text.no_crossings;
  const stretches = leaders(run.finished, BOUNDS).map(({ from, to, at }) =>
    format(text.leads, { words: wordsOf(run, at), from: number(from, 2), to: number(to, 2) }),
  );
  return sentences(format(text.crossings, { places: places.join(text.comma) }), ...stretches);
}

/** @type {(box: HTMLElement, text: Text) => (run: Run, penalty: number) => number[]} */
export function penaltyPanel(box, text) {
  const once = whenChanged();
  /** @type {SVGElement} */
  let now;
  return (run, penalty) => {
    once([run], () => {
      const drawn = picture(run, text);
      now = drawn.now;
      find(box, ".lines").replaceChildren(drawn.picture);
      find(box, ".leads").textContent = penaltyLine(run, text);
      find(box, ".caveat").textContent = format(text.caveat, { penalty: number(run.length_penalty, 1) });
    });
    for (const end of ["x1", "x2"]) now.setAttribute(end, String(across(penalty)));
    const order = ranked(run.finished, penalty);
    const lines = order.map(({ at, score }) => {
      const words = wordsOf(run, at);
      const swatch = element("i", { className: "swatch" });
      swatch.style.background = `var(--lab-series-${(at % 8) + 1})`;
      const output = element("span", { className: "hypothesis", textContent: words });
      return element("li", {}, swatch, element("b", { textContent: logNumber(score, 3) }), output);
    });
    find(box, ".ranking").replaceChildren(...lines);
    find(box, ".ranked").textContent = format(text.ranked, { penalty: number(penalty, 2) });
    return order.map(({ at }) => at);
  };
}
