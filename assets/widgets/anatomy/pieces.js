// A line of predictions, with those that a change made others.
import { element } from "../core/dom.js";
import { pieceName } from "../read/pieces.js";

/** @typedef {import("../read/known_output.js").Change} Change */

/**
 * What stands at each position: before a change, or after it, where what is new is marked.
 * @param {HTMLElement} line
 * @param {string} label
 * @param {readonly Change[]} changes
 * @param {"token" | "after"} when
 * @param {number} now
 * @param {{end: string, mask: string}} text
 */
export function drawPieces(line, label, changes, when, now, text) {
  const words = changes.map((change, position) => {
    const piece = change[when];
    const classes = [
      ...(when === "after" && piece !== null && piece !== change.token ? ["changed"] : []),
      ...(position === now ? ["now"] : []),
    ];
    return element("span", {
      className: classes.join(" "),
      textContent: piece === null ? "–" : pieceName(piece, text),
    });
  });
  line.replaceChildren(...(label ? [element("b", { textContent: label })] : []), ...words);
}
