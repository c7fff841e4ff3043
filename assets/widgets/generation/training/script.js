// A film of training: what the model wrote after so many steps, and its loss then.
import { find } from "../../core/dom.js";
import { stepBar } from "../../draw/step_bar.js";
import { finePercent, format, number } from "../../read/format.js";
import { lossCurve } from "./curve.js";

/** @typedef {import("../../core/lab").TrainingRun} Run */
/** @typedef {import("../../core/lab").GenerationTrainingText} Text */
/** @typedef {{step: number}} State */

/** Whether the rows were measured while the visitor waits: they have a second loss. @type {(run: Run) => boolean} */
const isLive = ({ other_loss }) => other_loss.length > 0;

/** The loss of a row; on a text that is learned by heart it falls below a hundredth. @type {(run: Run, row: number) => string} */
const nats = (run, row) => number(run.loss[row], isLive(run) ? 3 : 2);

/** @type {(run: Run, state: State, text: Text) => string} */
function where(run, { step: row }, text) {
  const other = isLive(run) ? number(run.other_loss[row], 2) : "";
  return format(text.where, { step: number(run.step[row]), loss: nats(run, row), other });
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first: () => ({ step: 0 }),

  keep: (state, run, before) => {
    if (isLive(run) && run.step.length > before.step.length) return { step: run.step.length - 1 };
    return run.step.length === before.step.length ? state : { step: 0 };
  },

  build: (root, text, set) => {
    const drawSteps = stepBar(root, find(root, ".film"), text, set, { count: (run) => run.step.length });
    const drawCurve = lossCurve(find(root, ".curve"), { label: text.loss, axis: text.steps });
    return (run, state) => {
      const loss = run.loss[state.step];
      root.classList.toggle("live", isLive(run));
      drawSteps(run, state);
      drawCurve(run, state.step);
      find(root, ".sample").textContent = run.text[state.step];
      find(root, ".where").textContent = where(run, state, text);
      const share = finePercent(Math.exp(-loss));
      find(root, ".says").textContent = format(text.says, { loss: nats(run, state.step), share });
      return { trained: run.step[state.step], loss };
    };
  },

  read: (run, state, text) =>
    format(text.reading, { where: where(run, state, text), text: run.text[state.step].slice(0, 200) }),
};
