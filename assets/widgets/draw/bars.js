// A row of numbers as bars above and below a line, on a canvas that CSS stretches.
import { penOf } from "../core/dom.js";
import { constants, ink } from "../core/theme.js";

/** Dots of a bar, of its gap, and of the whole height. */
const [BAR, GAP, HEIGHT] = [5, 2, 96];

/**
 * Bars from the line in the middle; the chosen one stands out. Returns what the edge of the picture stands for.
 * @param {HTMLCanvasElement} canvas
 * @param {readonly number[]} values
 * @param {number} chosen
 */
export function drawBars(canvas, values, chosen) {
  const limit = Math.max(1e-12, ...values.map(Math.abs));
  Object.assign(canvas, { width: values.length * (BAR + GAP), height: HEIGHT });
  const pen = penOf(canvas);
  for (const [at, value] of values.entries()) {
    const height = (value / limit) * (HEIGHT / 2);
    pen.fillStyle = at === chosen ? ink("mark") : `rgb(${constants.series[value < 0 ? 0 : 1]})`;
    const [wider, taller] = at === chosen ? [GAP, 3] : [0, 0];
    pen.fillRect(at * (BAR + GAP) - wider / 2, HEIGHT / 2 - taller / 2, BAR + wider, -height || taller);
  }
  pen.fillStyle = ink("absent", 0.7);
  pen.fillRect(0, HEIGHT / 2 - 0.5, canvas.width, 1);
  return limit;
}
