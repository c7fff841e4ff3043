// Tokens as people read them: words shaded by weight, things in a box to point at.
import { element } from "../core/dom.js";
import { arrow } from "../core/keys.js";
import { largest } from "../read/attention.js";
import { percent } from "../read/format.js";
import { weightColour } from "./cells.js";

/** The relative luminance from which black has more contrast than white; either has at least 4.5 to 1 (WCAG 2.2). */
const MIDDLE = 0.179;

/** @param {...number} channels  red, green, blue: 0 to 255 */
function luminance(...channels) {
  const [red, green, blue] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * A node's background for a weight in [0, 1], and a colour of text that can be read on it.
 * @param {HTMLElement} node
 * @param {number} weight
 */
export function shade(node, weight) {
  const [red, green, blue] = weightColour(weight);
  const light = luminance(red, green, blue) > MIDDLE;
  node.style.background = `rgb(${red}, ${green}, ${blue})`;
  node.style.color = light ? "var(--lab-ink)" : "var(--lab-paper)";
}

/**
 * Words shaded by their weights, the largest in full colour and with its share.
 * @param {HTMLElement} box
 * @param {readonly string[]} words
 * @param {ArrayLike<number>} row
 */
export function wordRow(box, words, row) {
  const best = largest(row);
  const shown = words.map((word, at) => {
    const label = element("span", { className: "word", textContent: word, title: percent(row[at]) });
    shade(label, row[at] / row[best]);
    const share = element("small", { textContent: at === best ? percent(row[at]) : "" });
    return element("span", { className: at === best ? "weighted best" : "weighted" }, label, share);
  });
  box.replaceChildren(...shown);
}

/**
 * Things to point at in a box, each a node with data-at: hovering or focus points, a click or Enter picks.
 * @template Thing
 * @param {HTMLElement} box
 * @param {{
 *   thing: (node: HTMLElement) => Thing | null,
 *   beside: (thing: Thing, down: number, right: number) => HTMLElement | null | undefined,
 *   point: (thing: Thing) => void,
 *   pick: (thing: Thing) => void,
 * }} on  thing(node): what a node stands for; beside(thing, …): the node that an arrow key leads to.
 */
export function pointing(box, { thing, beside, point, pick }) {
  /** @param {Event} event */
  const under = ({ target }) => {
    const node = target instanceof Element ? target.closest("[data-at]") : null;
    return node instanceof HTMLElement ? thing(node) : null;
  };
  /** @type {(act: (thing: Thing) => void) => (event: Event) => void} */
  const on = (act) => (event) => {
    const found = under(event);
    if (found) act(found);
  };
  box.addEventListener("pointermove", on(point));
  box.addEventListener("focusin", on(point));
  box.addEventListener("click", on(pick));
  box.addEventListener("keydown", (event) => {
    const found = under(event);
    if (!found) return;
    const way = arrow(event.code);
    const next = way && beside(found, ...way);
    if (event.code !== "Enter" && !next) return;
    event.preventDefault();
    if (next) next.focus();
    else pick(found);
  });
}
