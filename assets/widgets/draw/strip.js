// A vector as a row of coloured cells, with the number that is pointed at.
import { canvasElement, element } from "../core/dom.js";
import { colour } from "../core/theme.js";
import { number } from "../read/format.js";
import { drawCells, signedColour } from "./cells.js";
import { placeMark, pointIn } from "./marks.js";

/**
 * What is drawn: the numbers, their name, and which one is chosen, -1 for none.
 * @typedef {{numbers: Float32Array, name: string, place: number}} Strip
 */

/** A number of any size as people read it. @param {number} value */
export const decimal = (value) =>
  value === Number.NEGATIVE_INFINITY ? "−∞" : number(value, Math.abs(value) < 9.9995 ? 3 : 1);

/**
 * A strip; choose(place) is called where one points or clicks, `click` tells which. Returns its node and what draws it:
 * white is 0, red above, blue below, the largest in full colour; what is masked is grey.
 * @param {(place: number, click: boolean) => void} choose
 */
export function strip(choose) {
  const [canvas, mark] = [canvasElement("", " "), element("div", { className: "mark" })];
  const cells = element("div", { className: "cells" }, canvas, mark);
  const [label, output] = [element("span", { className: "of" }), element("output")];
  const node = element("div", { className: "strip" }, label, cells, output);
  let count = 1;
  for (const type of /** @type {const} */ (["pointermove", "click"])) {
    cells.addEventListener(type, (event) => {
      const [, across] = pointIn(/** @type {MouseEvent} */ (event));
      choose(Math.min(count - 1, Math.max(0, Math.floor(across * count))), type === "click");
    });
  }
  /** @param {Strip} shown */
  const draw = ({ numbers, name, place }) => {
    count = numbers.length;
    const finite = numbers.filter(Number.isFinite);
    const top = Math.max(1e-12, ...finite.map(Math.abs));
    label.textContent = name;
    canvas.setAttribute("aria-label", name);
    const masked = colour("masked", 120);
    drawCells(canvas, numbers, [1, count], (value) => (Number.isFinite(value) ? signedColour(value / top) : masked));
    const chosen = place >= 0 && place < count;
    mark.hidden = !chosen;
    if (chosen) placeMark(mark, place, [1, count]);
    output.textContent = chosen ? `[${place + 1}] ${decimal(numbers[place])}` : `× ${count}`;
  };
  return { node, draw };
}
