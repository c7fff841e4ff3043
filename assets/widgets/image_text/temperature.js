// The temperature that divides cosines: a slider on a logarithmic scale, and a button that sets the learned one.
import { element } from "../core/dom.js";
import { slider } from "../draw/slider.js";
import { format, number } from "../read/format.js";
import { temperature } from "../read/match.js";

/** Decimal logarithms. */
const RANGE = { min: -2, max: 0, step: 0.05 };

/**
 * Fills `box`. Returns what draws it.
 * @param {HTMLElement} box
 * @param {{temperature: string, learned: string}} text
 * @param {import("../core/lab").SetState<any, any>} set
 * @returns {(run: {scale: number}, chosen: import("../read/match.js").Chosen) => void}
 */
export function temperatureSlider(box, text, set) {
  const range = element("div");
  const draw = slider(range, text.temperature, RANGE, (chosen) => set({ temperature: chosen }));
  const learned = element("button", { type: "button", onclick: () => set({ temperature: null }) });
  box.replaceChildren(range, element("span", { className: "choices" }, learned));
  return (run, chosen) => {
    draw(Math.log10(temperature(run, chosen)), number(temperature(run, chosen), 3));
    learned.textContent = format(text.learned, { temperature: number(1 / run.scale, 3) });
    learned.setAttribute("aria-pressed", String(chosen === null));
  };
}
