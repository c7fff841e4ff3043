// Two neighbouring positions of mask-predict, and what both find probable.

/** @typedef {import("./refinement.js").Passes} Passes */
/** @typedef {{piece: string, first: number, second: number}} Shared */

/** Tokens that are compared. */
const MOST = 6;

/**
 * The second position of the pair to look at: the chosen one, else that of the first pair that repeats, in the earliest
 * pass that has one, else that of the first pair; null where there is one position only.
 * @param {Passes} passes
 * @param {number | null} chosen
 * @returns {number | null}
 */
export function pairOf(passes, chosen) {
  if (passes.positions < 2) return null;
  if (chosen !== null) return Math.min(Math.max(1, chosen), passes.positions - 1);
  return firstRepeat(passes) ?? 1;
}

/**
 * The second position of the first pair that repeats, in the earliest pass that has one; null where none ever does.
 * @param {Passes} passes
 */
export function firstRepeat(passes) {
  for (let pass = 0; pass < passes.passes; pass++) {
    const position = passes.row(pass).findIndex(({ repeat }) => repeat);
    if (position > 0) return position;
  }
  return null;
}

/**
 * What the positions before and at `position` give to the same tokens, by the passes that predicted what stands there
 * after `pass`; the most probable tokens first.
 * @param {Passes} passes
 * @param {number} pass
 * @param {number} position
 * @returns {{tokens: Shared[], overlap: number}}
 */
export function compared(passes, pass, position) {
  /** @type {Map<string, Shared>} */
  const found = new Map();
  for (const { piece, probability, behind } of passes.standing(pass, position - 1)) {
    found.set(piece, { piece, first: probability, second: behind });
  }
  for (const { piece, probability, before } of passes.standing(pass, position)) {
    found.set(piece, { piece, first: before, second: probability });
  }
  const tokens = [...found.values()].sort((one, other) => other.first + other.second - one.first - one.second);
  return { tokens: tokens.slice(0, MOST), overlap: passes.overlap(pass, position) };
}
