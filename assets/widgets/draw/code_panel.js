// Code that ran, line by line, each beside the shape of the tensor that it made.
import { element, find, whenChanged } from "../core/dom.js";
import { stepBar } from "./step_bar.js";

/** @typedef {import("../core/lab").Listing} Listing */

/** The step at which a line of the listing ran: the last one up to now, else the first; -1 where it makes nothing.
 * @type {(made: Listing["made"], line: number, now: number) => number} */
function stepOf(made, line, now) {
  const before = made.slice(0, now + 1).findLastIndex((one) => one.line === line);
  return before >= 0 ? before : made.findIndex((one) => one.line === line);
}

/** The step of another listing whose line reads the same; the nearest one where there is none.
 * @type {(before: Listing, after: Listing, step: number) => number} */
export function sameStep(before, after, step) {
  const text = before.lines[before.made[step].line];
  const same = after.made.findIndex(({ line }) => after.lines[line] === text);
  return same >= 0 ? same : Math.min(step, after.made.length - 1);
}

/**
 * The listing, and a step bar that goes through what it made, in order; pointing at a line chooses what it made last.
 * @template Run
 * @template {{step: number}} S
 * @param {HTMLElement} root
 * @param {import("./step_bar.js").StepText} text
 * @param {import("../core/lab").SetState<Run, S>} set
 * @param {(run: Run, state: S) => Listing} listingOf
 * @returns {(run: Run, state: S) => void}
 */
export function codePanel(root, text, set, listingOf) {
  const box = find(root, ".listing");
  const drawSteps = stepBar(root, find(root, ".film"), text, set, {
    count: (run, state) => listingOf(run, state).made.length,
  });
  const onLines = whenChanged();

  /** @type {(listing: Listing) => void} */
  const build = ({ lines, made }) => {
    const rows = lines.map((whole, line) => {
      const code = whole.replace(/^ +/, (indent) => " ".repeat(indent.length / 2));
      if (stepOf(made, line, -1) < 0) return element("div", { className: "line", textContent: code });
      const act = () =>
        set((state, run) => {
          const step = stepOf(listingOf(run, state).made, line, state.step);
          return /** @type {Partial<S>} */ ({ step });
        });
      const node = element("div", { className: "line", onclick: act }, code, element("span", { className: "shape" }));
      node.addEventListener("pointerenter", act);
      node.dataset.line = String(line);
      return node;
    });
    box.replaceChildren(...rows);
  };

  return (run, state) => {
    const listing = listingOf(run, state);
    onLines([listing.lines], () => build(listing));
    drawSteps(run, state);
    for (const node of /** @type {HTMLElement[]} */ ([...box.querySelectorAll("[data-line]")])) {
      const step = stepOf(listing.made, Number(node.dataset.line), state.step);
      node.classList.toggle("now", step === state.step);
      find(node, ".shape").textContent = listing.made[step].shape.join("×");
    }
  };
}
