// A slider that sets one number of the state.
import { element } from "../core/dom.js";

/**
 * Fills `box`: a label, a range and what it says now. Returns what draws it.
 * @param {HTMLElement} box
 * @param {string} label
 * @param {{min: number, max: number, step: number}} range
 * @param {(value: number) => void} act
 * @returns {(value: number, said: string) => void}
 */
export function slider(box, label, { min, max, step }, act) {
  const input = element("input", { type: "range", min: String(min), max: String(max), step: String(step) });
  const output = element("output");
  input.addEventListener("input", () => act(Number(input.value)));
  box.classList.add("slider");
  box.replaceChildren(element("label", {}, element("span", { textContent: label }), input), output);
  return (value, said) => {
    input.value = String(value);
    input.setAttribute("aria-valuetext", said);
    output.textContent = said;
  };
}
