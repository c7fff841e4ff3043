// Steps of the views of one run: step n is what n decoder calls of each way have left; before the first there is nothing.

/** @typedef {import("../core/lab").DecodeRun} Run */

/** @type {(run: Run, model: number) => number} */
export const passCount = (run, model) => run.arrays[`refine_${model}_${run.refine[model].best}_token`].shape[0];

/** How many steps the clock of both ways has. */
export const stepsOf = (/** @type {Run} */ run) => 1 + Math.max(run.search.steps.length, passCount(run, 0));

/**
 * The step at which a new run opens: the last for a forced token, which shows where it leads; where one was released, what
 * was seen before.
 * @param {number} count
 * @param {Run} run
 * @param {{state: {step: number}, before: Run}} [earlier]
 */
export function openingStep(count, run, earlier) {
  const forced = Boolean(earlier?.before.forces.length);
  const released = earlier && forced && !run.forces.length && run.sentence === earlier.before.sentence;
  if (released) return Math.min(earlier.state.step, count - 1);
  return run.forces.length ? count - 1 : 1;
}

/** @type {(run: Run, before: Run) => boolean} */
export const samePasses = (run, before) => JSON.stringify(run.refine) === JSON.stringify(before.refine);

/**
 * What a view of the passes alone keeps: everything while they are the same, else the speed.
 * @template {{speed: number}} S
 * @param {(run: Run) => S} first
 * @returns {(state: S, run: Run, before: Run) => S}
 */
export const keepsPasses = (first) => (state, run, before) =>
  run === before || samePasses(run, before) ? state : { ...first(run), speed: state.speed };
