// A search's tree by index.
import { number } from "./format.js";

/** @typedef {import("../core/lab").Search} Search */
/** @typedef {import("../core/lab").Force} Force */
/** @typedef {import("../core/lab").Candidate} Candidate */
/** @typedef {Pick<Search, "steps">} Tree */

/** Where nothing is decoded yet. */
const NONE = { step: -1, candidate: -1 };

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
 * @param {Search} search
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

/**
 * The candidate to show after `calls` calls: the chosen one where it is drawn, else the best that runs on or has won.
 * @param {Search} search
 * @param {number} calls
 * @param {Candidate | null} chosen
 * @returns {Candidate}
 */
export function shownCandidate(search, calls, chosen) {
  if (chosen && chosen.step < calls) return chosen;
  if (!calls) return NONE;
  const { step, candidate } =
    calls === search.steps.length
      ? search.finished[search.winner]
      : { step: calls - 1, candidate: search.steps[calls - 1].kept[0] };
  return { step, candidate };
}

/**
 * The pieces that a candidate has written, its own last.
 * @param {Search} search
 * @param {Candidate} at
 * @returns {string[]}
 */
export const written = (search, { step, candidate }) =>
  ancestry(search, step, candidate).map((of, on) => search.piece[search.steps[on].token[of]]);

/**
 * The pieces of the best hypothesis after `calls` calls: the first of the pool, else the first that runs on.
 * @param {Search} search
 * @param {number} calls
 * @returns {string[]}
 */
export function bestSoFar(search, calls) {
  if (!calls) return [];
  const { pool, kept } = search.steps[calls - 1];
  if (pool.length) return search.finished[pool[0]].token.map((token) => search.piece[token]);
  return kept.length ? written(search, { step: calls - 1, candidate: kept[0] }) : [];
}

/**
 * The force that would choose a candidate.
 * @param {Search} search
 * @param {Candidate} at
 * @returns {Force}
 */
export function forceOf(search, { step, candidate }) {
  const { parent, token } = search.steps[step];
  return [step, parent[candidate], search.piece_id[token[candidate]]];
}

/**
 * Whether a visitor forced a candidate.
 * @param {Search} search
 * @param {readonly Force[]} forces
 * @param {Candidate} at
 */
export const isForced = (search, forces, at) => forces.some((force) => force.join() === forceOf(search, at).join());

/**
 * The forces that stay when a candidate is forced, those of earlier calls, and its own.
 * @param {Search} search
 * @param {readonly Force[]} forces
 * @param {Candidate} at
 * @returns {Force[]}
 */
export const forcesWith = (search, forces, at) => [...forces.filter(([step]) => step < at.step), forceOf(search, at)];

/**
 * What became of a candidate: its fate, or "forced"; what only the longest output ended is "cut" or, if others were
 * better, "outranked".
 * @param {Search} search
 * @param {readonly Force[]} forces
 * @param {Candidate} at
 */
export function outcome(search, forces, at) {
  const { fate, token } = search.steps[at.step];
  if (isForced(search, forces, at)) return "forced";
  const own = fate[at.candidate];
  if (search.piece[token[at.candidate]] === "</s>") return own;
  if (own === "finished") return "cut";
  return own === "pool_was_better" ? "outranked" : own;
}

/**
 * The candidates of a call by what became of them, in the order of the best of each kind.
 * @param {Search} search
 * @param {readonly Force[]} forces
 * @param {number} step
 */
export function byOutcome(search, forces, step) {
  /** @type {Map<ReturnType<typeof outcome>, number[]>} */
  const kinds = new Map();
  for (const candidate of search.steps[step].token.keys()) {
    const kind = outcome(search, forces, { step, candidate });
    kinds.set(kind, [...(kinds.get(kind) ?? []), candidate]);
  }
  return [...kinds.entries()];
}

/**
 * A log probability or a score; what has no probability has -1e9, as JSON knows no infinity.
 * @param {number | null} value
 * @param {number} [digits]
 */
export const logNumber = (value, digits = 2) => (value === null || value <= -1e8 ? "−∞" : number(value, digits));
