// The passes of mask-predict by index.

/** @typedef {import("../core/lab").RefinementRun} RefinementRun */
/** @typedef {import("../core/lab").Place} Place */
/** @typedef {{piece: string, probability: number}} Alternative */
/**
 * @typedef {{
 *   piece: string, probability: number, masked: boolean, flip: boolean, repeat: boolean, alternatives: Alternative[]
 * }} Cell
 */
/** @typedef {ReturnType<typeof refined>} Passes */

/**
 * What one length's passes hold at (pass, position), both from 0.
 * @param {RefinementRun} run
 * @param {number} model
 * @param {number} length
 */
export function refined(run, model, length) {
  /** @param {string} name */
  const array = (name) => run.arrays[`refine_${model}_${length}_${name}`];
  const [passes, positions] = array("token").shape;
  const ranks = array("alternative").shape[2];
  const { piece } = run.refine[model];
  /** @type {(pass: number, position: number) => number} */
  const place = (pass, position) => pass * positions + position;
  /** @type {(pass: number, position: number) => Cell} */
  const cell = (pass, position) => {
    const at = place(pass, position);
    return {
      piece: piece[array("token")[at]],
      probability: array("probability")[at],
      masked: Boolean(array("masked")[at]),
      flip: Boolean(array("flip")[at]),
      repeat: Boolean(array("repeat")[at]),
      alternatives: Array.from({ length: ranks }, (_, rank) => ({
        piece: piece[array("alternative")[ranks * at + rank]],
        probability: array("alternative_probability")[ranks * at + rank],
      })),
    };
  };
  /** @type {(pass: number) => Cell[]} */
  const row = (pass) => Array.from({ length: positions }, (_, position) => cell(pass, position));
  /**
   * The pass that predicted what stands here.
   * @type {(pass: number, position: number) => number}
   */
  const since = (pass, position) => {
    let from = pass;
    while (from > 0 && !array("masked")[place(from, position)]) from--;
    return from;
  };
  /**
   * The tokens most probable in the pass that predicted what stands here, with their probability at the positions before
   * and behind, by the passes that predicted what stands there.
   * @type {(pass: number, position: number) => (Alternative & {before: number, behind: number})[]}
   */
  const standing = (pass, position) =>
    cell(since(pass, position), position).alternatives.map((one, rank) => ({
      ...one,
      before: array("probability_before")[ranks * place(pass, position) + rank],
      behind: array("probability_behind")[ranks * place(pass, position) + rank],
    }));
  /**
   * What a position and the one before agree on.
   * @type {(pass: number, position: number) => number}
   */
  const overlap = (pass, position) => array("overlap")[place(pass, position)];
  return { passes, positions, cell, row, since, standing, overlap };
}

/**
 * How many cells were masked, have changed, repeat the one before.
 * @param {readonly Cell[]} cells
 */
export function counts(cells) {
  const count = (/** @type {"masked" | "flip" | "repeat"} */ kind) => cells.filter((cell) => cell[kind]).length;
  return { masked: count("masked"), flip: count("flip"), repeat: count("repeat") };
}

/**
 * The cell to show after `pass` passes: the chosen one, or its position in the last pass where none was chosen or it is
 * not there yet; pass -1 before the first.
 * @param {Passes} passes
 * @param {number} pass
 * @param {{pass: number | null, position: number}} chosen
 * @returns {Place}
 */
export const shownPlace = ({ positions }, pass, chosen) => ({
  pass: Math.min(chosen.pass ?? pass - 1, pass - 1),
  position: Math.min(chosen.position, positions - 1),
});
