// A search's tree by index.

/** @typedef {Pick<import("../core/lab").Search, "steps">} Tree */

/**
 * The candidates that lead to one, from the first call on.
 * @param {Tree} search
 * @param {number} step
 * @param {number} candidate
 * @returns {number[]}
 */
export function ancestry({ steps }, step, candidate) {
  const path = [candidate];
  for (let at = step; at > 0; at--) path.unshift(steps[at - 1].kept[steps[at].parent[path[0]]]);
  return path;
}

/**
 * The candidates of a call that do not run on: those that ended in the pool first.
 * @param {Tree} search
 * @param {number} step
 */
export function others({ steps }, step) {
  const { kept, fate } = steps[step];
  const rest = fate.map((_, candidate) => candidate).filter((candidate) => !kept.includes(candidate));
  const ended = (/** @type {number} */ candidate) => fate[candidate] === "finished";
  return [...rest.filter(ended), ...rest.filter((candidate) => !ended(candidate))];
}

/**
 * "step:candidate" of all that leads to a hypothesis that still runs after `calls` calls, or to one in the pool.
 * @param {import("../core/lab").Search} search
 * @param {number} calls
 * @returns {Set<string>}
 */
export function alive(search, calls) {
  if (!calls) return new Set();
  const { kept, pool } = search.steps[calls - 1];
  const running = kept.map((candidate) => ({ step: calls - 1, candidate }));
  const ends = [...running, ...pool.map((at) => search.finished[at])];
  return new Set(ends.flatMap(({ step, candidate }) => [...path(search, step, candidate)]));
}

/**
 * "step:candidate" of a candidate and of all that leads to it.
 * @param {Tree} search
 * @param {number} step
 * @param {number} candidate
 * @returns {Set<string>}
 */
export const path = (search, step, candidate) =>
  new Set(step < 0 ? [] : ancestry(search, step, candidate).map((at, on) => `${on}:${at}`));
