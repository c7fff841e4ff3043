// The passes of mask-predict by index.

/** @typedef {import("../core/lab").RefinementRun} RefinementRun */
/** @typedef {{piece: string, probability: number}} Alternative */
/**
 * @typedef {{
 *   piece: string, probability: number, masked: boolean, flip: boolean, repeat: boolean, rivals: Alternative[]
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
  const ranks = array("rival").shape[2];
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
      rivals: Array.from({ length: ranks }, (_, rank) => ({
        piece: piece[array("rival")[ranks * at + rank]],
        probability: array("rival_probability")[ranks * at + rank],
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
  return { passes, positions, cell, row, since };
}
