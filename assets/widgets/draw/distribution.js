// The distribution of the next token: bars of its most probable tokens, and the sliders of what sampling does to them.
import { element, find } from "../core/dom.js";
import { finePercent, number } from "../read/format.js";
import { slider } from "./slider.js";

/** @typedef {{min: number, max: number, step: number}} Range */

/** What each slider can be; the inputs of the exhibits can be the same. */
export const RANGES = {
  temperature: { min: 0.1, max: 2, step: 0.05 },
  top_k: { min: 0, max: 100, step: 1 },
  top_p: { min: 0.05, max: 1, step: 0.01 },
  min_p: { min: 0, max: 1, step: 0.01 },
  repetition_penalty: { min: 1, max: 2, step: 0.05 },
};
/** Where they do nothing; a number that does nothing is called off, but for the temperature. */
export const NEUTRAL = { temperature: 1, top_k: 0, top_p: 1, min_p: 0, repetition_penalty: 1 };
const OFF = /** @type {Record<string, number>} */ ({ ...NEUTRAL, temperature: Number.NaN });

/**
 * Sliders in the boxes of `root` that have the names of `ranges`, and a button that sets what reset(run) says.
 * @template {string} Name
 * @param {HTMLElement} root
 * @param {NoInfer<Record<Name | "off", string>>} text
 * @param {Record<Name, Range>} ranges
 * @param {import("../core/lab").SetState<any, any>} set
 * @param {(run: any) => Partial<Record<Name, number>>} reset
 * @returns {(state: NoInfer<Record<Name, number>>) => void}
 */
export function sliders(root, text, ranges, set, reset) {
  const names = /** @type {Name[]} */ (Object.keys(ranges));
  const drawn = names.map((name) => ({
    name,
    draw: slider(find(root, `.${name}`), text[name], ranges[name], (value) => set({ [name]: value })),
  }));
  find(root, ".reset").onclick = () => set((_, run) => reset(run));
  return (state) => {
    for (const { name, draw } of drawn) {
      const value = state[name];
      draw(value, value === OFF[name] ? text.off : number(value, ranges[name].step < 1 ? 2 : 0));
    }
  };
}

/**
 * own and now are probabilities: the model's own, and what is left of it; `cut` says what cut it, "" where nothing did;
 * width(probability) is a share of the track.
 * @typedef {{
 *   name: string, own: number, now: number, cut?: string, marks?: string, width?: (probability: number) => number,
 * }} Bar
 */

/**
 * A token's bars: the model's own probability (outline), and what is left of it (filled).
 * @param {Bar} bar
 * @returns {HTMLLIElement}
 */
export function tokenBar({ name, own, now, cut = "", marks = "", width = (probability) => probability }) {
  const [outline, fill] = [element("span", { className: "own" }), element("span", { className: "fill" })];
  outline.style.width = `${100 * width(own)}%`;
  fill.style.width = `${100 * width(now)}%`;
  const node = element(
    "li",
    {},
    element("span", { className: "marks", textContent: marks }),
    element("b", { className: "name", textContent: name }),
    element("span", { className: "track" }, outline, fill),
    element("span", { className: "share", textContent: cut || finePercent(now), title: finePercent(own) }),
  );
  node.classList.toggle("cut", Boolean(cut));
  return node;
}
