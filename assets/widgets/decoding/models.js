// The choice between the model trained on distilled data and its counterpart trained on raw data, where there is one.
import { find } from "../core/dom.js";
import { buttonGroup } from "../draw/choices.js";

/** @typedef {import("../core/lab").DecodeRun} Run */

/**
 * Fills the .contrast of a widget; the state has `model`. Returns what draws it.
 * @param {HTMLElement} root
 * @param {import("../core/lab").DecodingSharedText} text
 * @param {(model: number) => void} act
 * @returns {(run: Run, model: number) => void}
 */
export function modelChoice(root, text, act) {
  const draw = buttonGroup(find(root, ".models"), text.trained_on, act);
  return (run, model) => {
    find(root, ".contrast").hidden = run.refine.length < 2;
    draw(
      run.refine.map((refine, value) => ({ value, label: value ? text.raw : text.distilled, title: refine.model })),
      model,
    );
  };
}
