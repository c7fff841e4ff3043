// The race of both ways to decode, by numbers.

/** @typedef {import("../core/lab").RaceRun} RaceRun */
/** @typedef {import("../core/lab").Way} Way */

/** @type {readonly Way[]} */
export const WAYS = ["autoregressive", "non_autoregressive"];

/**
 * One lane for each way: its decoder calls, its time in seconds, and that time as a share of the longer one.
 * @param {Pick<RaceRun, "calls" | "seconds">} run
 */
export function lanes({ calls, seconds }) {
  const longest = slowest({ seconds });
  return WAYS.map((way) => ({ way, calls: calls[way], seconds: seconds[way], share: seconds[way] / longest }));
}

/**
 * The longer of both times in seconds.
 * @param {Pick<RaceRun, "seconds">} run
 */
export const slowest = ({ seconds }) => Math.max(...WAYS.map((way) => seconds[way]));

/**
 * How many steps the race has: nothing done, then one decoder call of each way a step.
 * @param {Pick<RaceRun, "calls">} run
 */
export const raceSteps = ({ calls }) => Math.max(...WAYS.map((way) => calls[way])) + 1;
