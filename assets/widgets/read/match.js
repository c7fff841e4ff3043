// Cosines of photos and sentences (photo, sentence), and what a temperature makes of them.

/** @typedef {{arrays: {cosine: import("../core/lab").NumberArray}}} Run */

/** A temperature that a visitor chose by its decimal logarithm; null for the learned one. @typedef {number | null} Chosen */

/** @type {(run: {scale: number}, chosen: Chosen) => number} */
export const temperature = ({ scale }, chosen) => (chosen === null ? 1 / scale : 10 ** chosen);

/**
 * Shares of e to the power of each number divided by the temperature.
 * @type {(numbers: readonly number[], temperature: number) => number[]}
 */
export function softmax(numbers, at) {
  const most = Math.max(...numbers);
  const powers = numbers.map((one) => Math.exp((one - most) / at));
  const sum = powers.reduce((total, one) => total + one, 0);
  return powers.map((one) => one / sum);
}

/** The cosines of a photo with every sentence. @type {(run: Run, photo: number) => number[]} */
export function ofPhoto({ arrays: { cosine } }, photo) {
  const [, texts] = cosine.shape;
  return Array.from(cosine.subarray(photo * texts, (photo + 1) * texts));
}

/** The cosines of a sentence with every photo. @type {(run: Run, text: number) => number[]} */
export function ofText({ arrays: { cosine } }, text) {
  const [photos, texts] = cosine.shape;
  return Array.from({ length: photos }, (_, photo) => cosine[photo * texts + text]);
}

/**
 * CLIP's loss: the mean surprise, in nats, of the sentence of the same number given a photo, and of the photo given a
 * sentence; null where there are not as many of both.
 * @type {(run: Run, temperature: number) => number | null}
 */
export function loss(run, at) {
  const [photos, texts] = run.arrays.cosine.shape;
  if (photos !== texts) return null;
  let sum = 0;
  for (let one = 0; one < photos; one++) {
    sum -= Math.log(softmax(ofPhoto(run, one), at)[one]) + Math.log(softmax(ofText(run, one), at)[one]);
  }
  return sum / (2 * photos);
}
