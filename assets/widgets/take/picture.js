// A view as a picture. The SVG holds the page's own elements, each with its style, so a browser shows it as it was.
import { element } from "../core/dom.js";
import { constants } from "../core/theme.js";
import { PROPERTIES } from "./properties.js";
import { sheetOf, stylesReach } from "./view.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./view.js").Words} Words */
/**
 * What is used of assets/vendor/modern-screenshot.
 * @typedef {{
 *   domToForeignObjectSvg: (node: HTMLElement, options: object) => Promise<SVGElement>,
 *   domToBlob: (node: HTMLElement, options: object) => Promise<Blob>,
 * }} Library
 */

/** Pixels of a PNG for each of the page. */
const SCALE = 2;

/**
 * Call with a view's sheet while the page lays it out, out of sight and as wide as the view.
 * @template Result
 * @param {View} view
 * @param {Words} words
 * @param {(library: Library, sheet: HTMLElement, options: object) => Promise<Result>} act
 */
async function laidOut(view, words, act) {
  const library = await import(new URL(constants.screenshot, document.baseURI).href);
  const sheet = sheetOf(view, words);
  const place = element("div", { className: "lab-offstage" }, sheet);
  place.style.width = `${view.parts[0].offsetWidth + 48}px`;
  stylesReach().append(place);
  try {
    const { backgroundColor } = getComputedStyle(document.body);
    const options = { backgroundColor, scale: SCALE, type: "image/png", includeStyleProperties: PROPERTIES };
    return await act(library, sheet, options);
  } finally {
    place.remove();
  }
}

/** @type {(view: View, words: Words) => Promise<Blob>} */
export const pngOf = (view, words) => laidOut(view, words, ({ domToBlob }, ...sheet) => domToBlob(...sheet));

/** @type {(view: View, words: Words) => Promise<Blob>} */
export const svgOf = (view, words) =>
  laidOut(view, words, async ({ domToForeignObjectSvg }, ...sheet) => {
    const svg = await domToForeignObjectSvg(...sheet);
    return new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" });
  });
