// Small controls that set one thing of the state: a group of buttons, the opacity of an overlay.
import { element, whenChanged } from "../core/dom.js";

/**
 * `own` marks the one that a model was made with.
 * @template Value
 * @typedef {{value: Value, label: string | number, small?: string, title?: string, own?: boolean}} Option
 */

/** Options from 0 that people count from 1: layers, heads. @type {(count: number) => Option<number>[]} */
export const numbered = (count) => Array.from({ length: count }, (_, value) => ({ value, label: String(value + 1) }));

/**
 * Buttons of which one is pressed. Returns draw(options, pressed, disabled); the buttons stay while the options do.
 * @template Value
 * @param {HTMLElement} box
 * @param {string} label
 * @param {(value: Value) => void} act
 * @returns {(options: Option<Value>[], pressed: Value, disabled?: boolean) => void}
 */
export function buttonGroup(box, label, act) {
  const once = whenChanged();
  box.classList.add("choices");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", label);
  return (options, pressed, disabled = false) => {
    once([JSON.stringify(options)], () => {
      const focused = [...box.children].findIndex((button) => button.matches(":focus"));
      box.replaceChildren(...options.map((option) => choice(option, act)));
      const again = box.children[focused];
      if (again instanceof HTMLElement) again.focus();
    });
    for (const [at, button] of [...box.children].entries()) {
      button.setAttribute("aria-pressed", String(options[at].value === pressed));
      if (button instanceof HTMLButtonElement) button.disabled = disabled;
    }
  };
}

/**
 * @template Value
 * @param {Option<Value>} option
 * @param {(value: Value) => void} act
 */
function choice({ value, label, small, title = "", own = false }, act) {
  const parts = [String(label), ...(small ? [element("small", { textContent: small })] : [])];
  return element("button", { type: "button", title, className: own ? "own" : "", onclick: () => act(value) }, ...parts);
}

/** What an overlay covers at first, in percent. */
export const OPACITY = 85;

/**
 * A slider for state.opacity, in percent; CSS reads it as --opacity of the widget. Returns what draws it.
 * @param {HTMLElement} root
 * @param {HTMLElement} box
 * @param {string} label
 * @param {import("../core/lab").SetState<any, any>} set
 * @returns {(state: {opacity: number}) => void}
 */
export function opacitySlider(root, box, label, set) {
  const range = element("input", { type: "range", min: "0", max: "100", className: "opacity" });
  range.addEventListener("input", () => set({ opacity: Number(range.value) }));
  box.classList.add("opacity-row");
  box.append(element("label", {}, element("span", { textContent: label }), range));
  return ({ opacity }) => {
    range.value = String(opacity);
    root.style.setProperty("--opacity", String(opacity / 100));
  };
}
