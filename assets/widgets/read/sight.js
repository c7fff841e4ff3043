// Who looks at whom in one stack of a language model.

/** @typedef {import("../core/lab").FamiliesRun} Run */
/** @typedef {Run["sights"][number]} Sight */

/** Queries and keys. @type {(sight: Sight) => readonly [number, number]} */
export const sightSize = ({ query, key }) => [query.length, key.length];

/**
 * The weights of each query, up to the last key that some head may see: what lies beyond is masked.
 * @param {Run} run
 * @param {Sight} sight
 * @returns {Float32Array[]}
 */
export function seenRows({ arrays }, { name, query, key }) {
  const [weights, most] = [arrays[`attention_${name}`], arrays[`largest_${name}`]];
  return query.map((_, row) => {
    let end = (row + 1) * key.length;
    while (end > row * key.length && most[end - 1] === 0) end--;
    return Float32Array.from(weights.subarray(row * key.length, end));
  });
}

/** How many pairs of tokens see one another, by some head. @param {Run} run @param {Sight} sight */
export const countSeen = ({ arrays }, { name }) => Array.from(arrays[`largest_${name}`]).filter(Boolean).length;
