// A widget of the tests: it counts its drawings, asks, and throws when its run or state says so.
import { find } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { stepBar } from "../../draw/step_bar.js";

/** @typedef {{count: number, fails?: string, slow?: boolean}} Run */
/** @typedef {{step: number, other: {deep: number[]}, bad: boolean}} State */

/** @type {(run: Run, place: string) => void} */
const failIf = ({ fails }, place) => {
  if (fails === place) throw new Error(`made to fail in ${place}`);
};

/** @type {import("../../core/lab").Widget<Run, State, any>} */
export default {
  first: (run) => {
    failIf(run, "first");
    return { step: 0, other: { deep: [1, 2] }, bad: false };
  },

  keep: (state, run) => {
    failIf(run, "keep");
    return { ...state, step: Math.min(state.step, run.count - 1) };
  },

  build: (root, text, set, act) => {
    let drawn = 0;
    const drawSteps = stepBar(root, find(root, ".steps-here"), text, set, { count: (run) => run.count });
    find(root, ".ask").onclick = () => act("more", { step: 1 });
    bindKeys(root, { Enter: () => set({ bad: true }), arrows: (down, right) => set({ step: 2 * down + right }) });
    return (run, state) => {
      drawn += 1;
      find(root, ".line").textContent = `step ${state.step} of ${run.count}`;
      failIf(run, "draw");
      if (state.bad) throw new Error("made to fail by its state");
      drawSteps(run, state);
      const numbers = { drawn, double: 2 * state.step, pending: state.pending ? "asked" : "no" };
      if (!run.slow) return numbers;
      return new Promise((done, failed) => {
        requestAnimationFrame(() => (run.fails === "later" ? failed(new Error("made to fail later")) : done(numbers)));
      });
    };
  },

  read: (run, state) => {
    failIf(run, "read");
    return `Step ${state.step} of ${run.count}.`;
  },
};
