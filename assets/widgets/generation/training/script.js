// A film of training: what the model wrote after so many steps, and its loss then.
import { find } from "../../core/dom.js";
import { stepBar } from "../../draw/step_bar.js";
import { format, number, percent } from "../../read/format.js";
import { lossCurve } from "./curve.js";

/** @typedef {import("../../core/lab").TrainingRun} Run */
/** @typedef {import("../../core/lab").GenerationTrainingText} Text */
/** @typedef {{step: number}} State */

/** @type {(run: Run, state: State, text: Text) => string} */
const where = ({ step, val_loss }, { step: row }, text) =>
  format(text.where, { step: number(step[row]), loss: number(val_loss[row], 2) });

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first: () => ({ step: 0 }),

  keep: (state, run, before) => (run.step.length === before.step.length ? state : { step: 0 }),

  build: (root, text, set) => {
    const drawSteps = stepBar(root, find(root, ".film"), text, set, { count: (run) => run.step.length });
    const drawCurve = lossCurve(find(root, ".curve"), { label: text.loss, axis: text.steps });
    return (run, state) => {
      const loss = run.val_loss[state.step];
      drawSteps(run, state);
      drawCurve(run, state.step);
      find(root, ".sample").textContent = run.text[state.step];
      find(root, ".where").textContent = where(run, state, text);
      const share = percent(Math.exp(-loss));
      find(root, ".says").textContent = format(text.says, { loss: number(loss, 2), share });
      return { trained: run.step[state.step], loss };
    };
  },

  read: (run, state, text) => `${where(run, state, text)}. ${run.text[state.step].slice(0, 200)}`,
};
