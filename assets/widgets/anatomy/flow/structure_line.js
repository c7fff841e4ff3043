// The stack as a line of boxes, each with what it computes; a part's shortcut is drawn around it.
import { element, whenChanged } from "../../core/dom.js";
import { format } from "../../read/format.js";
import { layerOf } from "../../read/stream.js";
import { ENTRY, EXIT, layerBoxes, stopOfBox } from "../../read/structure.js";
import { boxName } from "./names.js";

/** @typedef {import("../../core/lab").FlowRun} Run */
/** @typedef {import("../../core/lab").AnatomyFlowText} Text */
/** @typedef {import("../../read/stream.js").Stop} Stop */
/** @typedef {import("../../read/structure.js").Box} Box */
/** @typedef {{stack: number, step: number, open: number, vector: number}} Place */

/** The layer whose boxes are shown: the one that is read, else the one that is unfolded. */
const layerShown = (/** @type {import("../../core/lab").StackMeta} */ stack, /** @type {Place} */ { step, open }) =>
  Math.max(0, layerOf(stack, step), layerOf(stack, step) < 0 ? open : 0);

/**
 * @param {HTMLElement} line
 * @param {Text} text
 * @param {(place: (state: Place) => {step: number, open: number, box: Box}) => void} go  goes to a box
 * @returns {(run: Run, state: Place, stops: Stop[]) => void}
 */
export function structureLine(line, text, go) {
  const onStack = whenChanged();
  /** @type {{box: Box, node: HTMLElement}[]} */
  let made = [];
  const layerLabel = element("span", { className: "which" });

  /** @type {(run: Run, at: number) => void} */
  const build = (run, at) => {
    const stack = run.stacks[at];
    made = [];
    const button = (/** @type {Box} */ box) => {
      const node = element("button", { type: "button", textContent: boxName(run, box, stack, text) });
      node.onclick = () =>
        go((state) => {
          const layer = layerShown(stack, state);
          return { step: stopOfBox(stack, box, layer), open: box.part < 0 ? state.open : layer, box };
        });
      made.push({ box, node });
      return node;
    };
    const [entry, parts] = [ENTRY.map(button), layerBoxes(stack).map((boxes) => boxes.map(button))];
    const shortcuts = parts.map((nodes) => element("span", { className: "shortcut" }, ...nodes));
    line.replaceChildren(...entry, element("span", { className: "one-layer" }, layerLabel, ...shortcuts), button(EXIT));
  };

  return (run, state, stops) => {
    const stack = run.stacks[state.stack];
    onStack([run, state.stack], () => build(run, state.stack));
    layerLabel.textContent = format(text.layer_of, { layer: layerShown(stack, state) + 1, layers: stack.layers });
    const { kind, part, layer, vectors } = stops[state.step];
    const chosen = vectors[state.vector]?.name;
    for (const { box, node } of made) {
      const here = box.part < 0 ? kind === box.name : layer >= 0 && part === box.part && box.vectors.includes(chosen);
      if (here) node.setAttribute("aria-current", "step");
      else node.removeAttribute("aria-current");
    }
  };
}
