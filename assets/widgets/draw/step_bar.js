// The step bar: play, back, forward, scrub; space, [ and ] do the same, in the large view also what a clicker sends.
// Where the visitor has asked for less motion, play goes on by one step.
import { element, isStill, whenChanged } from "../core/dom.js";
import { bindKeys } from "../core/keys.js";
import { isPresenting } from "../core/presenter.js";

/** @typedef {{step: string, play: string, back: string, forward: string}} StepText */

/**
 * Steps through state.step. count(run, state) says how many steps there are, pace(state) how many milliseconds one lasts,
 * and change(step, run, state) what else a step sets. Returns what draws the bar.
 * @template Run
 * @template {{step: number}} S
 * @param {HTMLElement} root
 * @param {HTMLElement} box
 * @param {StepText} text
 * @param {import("../core/lab").SetState<Run, S>} set
 * @param {{
 *   count: (run: Run, state: S) => number,
 *   pace?: (state: S) => number,
 *   change?: (step: number, run: Run, state: S) => Partial<S>,
 * }} on
 * @returns {(run: Run, state: S) => void}
 */
export function stepBar(root, box, text, set, { count, pace = () => 700, change }) {
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  let lasts = 700;

  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    showPlaying();
  };
  /** @param {(step: number, last: number) => number | null} to */
  const go = (to) =>
    set((state, run) => {
      const last = count(run, state) - 1;
      const wanted = to(state.step, last);
      if (wanted === null) return null;
      const step = Math.min(last, Math.max(0, wanted));
      return /** @type {Partial<S>} */ ({ ...change?.(step, run, state), step });
    });
  const tick = () => {
    const seen = root.isConnected && root.offsetParent !== null;
    if (!seen || !go((step, last) => (step < last ? step + 1 : null))) stop();
  };
  const toggle = () => {
    if (timer) return stop();
    const still = isStill();
    go((step, last) => (step === last ? 0 : still ? step + 1 : null));
    if (still) return;
    timer = setInterval(tick, lasts);
    showPlaying();
  };
  /** @param {number} by */
  const move = (by) => {
    stop();
    return go((step) => step + by);
  };

  const play = button("▶", text.play, toggle);
  const range = element("input", { type: "range", min: "0", value: "0", ariaLabel: text.step });
  const showPlaying = () => {
    play.textContent = timer ? "❚❚" : "▶";
    play.setAttribute("aria-pressed", String(Boolean(timer)));
  };
  range.addEventListener("input", () => {
    stop();
    go(() => Number(range.value));
  });
  const [back, forward] = [button("‹", text.back, () => move(-1)), button("›", text.forward, () => move(1))];
  box.classList.add("steps");
  box.append(play, back, range, forward);
  bindKeys(root, { Space: toggle, BracketLeft: () => move(-1), BracketRight: () => move(1) });
  bindKeys(root, { PageUp: () => isPresenting() && move(-1), PageDown: () => isPresenting() && move(1) });
  showPlaying();

  const onRun = whenChanged();
  const onPace = whenChanged();
  return (run, state) => {
    const steps = count(run, state);
    onRun([run], stop);
    onPace([pace(state)], () => {
      lasts = pace(state);
      if (!timer) return;
      clearInterval(timer);
      timer = setInterval(tick, lasts);
    });
    range.max = String(steps - 1);
    range.value = String(state.step);
    range.setAttribute("aria-valuetext", `${state.step + 1} / ${steps}`);
    back.ariaDisabled = String(state.step === 0);
    forward.ariaDisabled = String(state.step === steps - 1);
  };
}

/** @type {(label: string, title: string, act: () => void) => HTMLButtonElement} */
const button = (label, title, act) =>
  element("button", { type: "button", textContent: label, title, ariaLabel: title, onclick: act });
