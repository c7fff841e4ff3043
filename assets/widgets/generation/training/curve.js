// The loss over the steps of training, on one text or on two, both axes linear, with one step of it marked.
import { svgElement, whenChanged } from "../../core/dom.js";
import { number } from "../../read/format.js";

/** Edges of the plot in the units of the picture, which is 400 wide and 230 high. */
const [LEFT, RIGHT, TOP, BOTTOM] = [40, 384, 12, 180];

/** @typedef {{step: readonly number[], loss: readonly number[], other_loss: readonly number[]}} Film */

/** @type {(x: number, y: number, content: string, anchor?: string) => SVGTextElement} */
const words = (x, y, content, anchor = "middle") => svgElement("text", { x, y, "text-anchor": anchor }, content);
/** @type {(step: number, film: Film) => number} */
const across = (step, film) => LEFT + ((RIGHT - LEFT) * step) / Math.max(1, film.step[film.step.length - 1]);
/** The highest loss of the axis. @type {(film: Film) => number} */
const top = (film) => Math.ceil(Math.max(...film.loss, ...film.other_loss));
/** @type {(loss: number, film: Film) => number} */
const down = (loss, film) => BOTTOM - ((BOTTOM - TOP) * loss) / top(film);

/** @type {(film: Film, text: {label: string, axis: string}) => SVGElement} */
function still(film, { label, axis }) {
  const picture = svgElement("svg", { viewBox: "0 0 400 230", role: "img", "aria-label": label });
  for (let loss = 0; loss <= top(film); loss++) {
    const y = down(loss, film);
    picture.append(svgElement("line", { class: "rule", x1: LEFT, x2: RIGHT, y1: y, y2: y }));
    picture.append(words(LEFT - 6, y + 5, String(loss), "end"));
  }
  const last = film.step[film.step.length - 1];
  for (const share of [0, 0.5, 1]) {
    const anchor = share === 1 ? "end" : "middle";
    picture.append(words(across(share * last, film), BOTTOM + 20, number(share * last), anchor));
  }
  picture.append(words((LEFT + RIGHT) / 2, BOTTOM + 42, axis));
  for (const [name, losses] of /** @type {const} */ ([
    ["line", film.loss],
    ["line other", film.other_loss],
  ])) {
    const points = losses.map((loss, at) => `${across(film.step[at], film)},${down(loss, film)}`).join(" ");
    picture.append(svgElement("polyline", { class: name, points }));
  }
  return picture;
}

/**
 * Returns draw(film, row); the curve is drawn again only for another film.
 * @param {HTMLElement} box
 * @param {{label: string, axis: string}} text
 * @returns {(film: Film, row: number) => void}
 */
export function lossCurve(box, text) {
  const once = whenChanged();
  const now = svgElement("line", { class: "now", y1: TOP, y2: BOTTOM });
  const dot = svgElement("circle", { r: 5 });
  return (film, row) => {
    once([film], () => {
      const picture = still(film, text);
      picture.append(now, dot);
      box.replaceChildren(picture);
    });
    const x = String(across(film.step[row], film));
    for (const end of ["x1", "x2"]) now.setAttribute(end, x);
    dot.setAttribute("cx", x);
    dot.setAttribute("cy", String(down(film.loss[row], film)));
  };
}
