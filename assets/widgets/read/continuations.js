// What was written after a text, branch by branch: steps count from the end of the text.

/** @typedef {import("../core/lab").ContinuationMeta} Continuation */
/** @typedef {{from: number, step: number, at: number}} Place */

/**
 * A continuation from its first step on, what it shares with others included: for each step, the continuation that wrote
 * it and the place in its lists.
 * @param {readonly Continuation[]} continuations
 * @param {number} chosen
 * @returns {Place[]}
 */
export function path(continuations, chosen) {
  const { parent, leaves, token } = continuations[chosen];
  const shared = parent < 0 ? [] : path(continuations, parent).slice(0, leaves);
  return [...shared, ...token.map((_, at) => ({ from: chosen, step: leaves + at, at }))];
}

/**
 * How many continuations a continuation left one after another.
 * @type {(continuations: readonly Continuation[], chosen: number) => number}
 */
export const depth = (continuations, chosen) => {
  const { parent } = continuations[chosen];
  return parent < 0 ? 0 : 1 + depth(continuations, parent);
};

/**
 * Mean surprise in nats of all tokens of a continuation, what it shares with others included.
 * @param {readonly Continuation[]} continuations
 * @param {number} chosen
 */
export function meanSurprise(continuations, chosen) {
  const steps = path(continuations, chosen);
  return -steps.reduce((sum, { from, at }) => sum + continuations[from].log_prob[at], 0) / steps.length;
}
