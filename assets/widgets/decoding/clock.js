// One clock for both ways to decode: the step bar and its speed.
import { find } from "../core/dom.js";
import { buttonGroup } from "../draw/choices.js";
import { stepBar } from "../draw/step_bar.js";

/** How long a step lasts at speed 1, in milliseconds. */
const PACE = 900;
const SPEEDS = [0.5, 1, 2].map((value) => ({ value, label: `${value}×` }));

/**
 * Fills the .film and the .speeds of a widget; the state has `step` and `speed`. Returns what draws them.
 * @template Run
 * @template {{step: number, speed: number}} S
 * @param {HTMLElement} root
 * @param {import("../draw/step_bar.js").StepText & {speed: string}} text
 * @param {import("../core/lab").SetState<Run, S>} set
 * @param {{count: (run: Run, state: S) => number, change?: (step: number, run: Run, state: S) => Partial<S>}} on
 * @returns {(run: Run, state: S) => void}
 */
export function clock(root, text, set, on) {
  const drawSteps = stepBar(root, find(root, ".film"), text, set, { ...on, pace: ({ speed }) => PACE / speed });
  const drawSpeeds = buttonGroup(find(root, ".speeds"), text.speed, (/** @type {number} */ speed) =>
    set(/** @type {Partial<S>} */ ({ speed })),
  );
  return (run, state) => {
    drawSteps(run, state);
    drawSpeeds(SPEEDS, state.speed);
  };
}
