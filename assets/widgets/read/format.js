// Sentences and numbers as people read them.

/**
 * A sentence with its {gaps} filled.
 * @param {string} sentence
 * @param {Record<string, unknown>} details
 */
export const fill = (sentence, details) => sentence.replace(/\{(\w+)\}/g, (_, name) => String(details[name]));

/**
 * The text whose key is composed of a kind and a value; tsc knows the values and asks for each of the keys.
 * @template {string} Kind
 * @template {string} Value
 * @template {string} [End=""]
 * @param {Record<`${Kind}${Value}${End}`, string>} text
 * @param {Kind} kind
 * @param {Value} value
 * @param {End} [end]
 * @returns {string}
 */
export function word(text, kind, value, end) {
  const key = /** @type {`${Kind}${Value}${End}`} */ (`${kind}${value}${end ?? ""}`);
  return text[key];
}

/**
 * A share; weights come as bytes, a 255th of their row's largest each: no finer than this.
 * @param {number} share
 */
export const percent = (share) => (share < 0.001 ? "< 0.1%" : `${(100 * share).toFixed(share < 0.0995 ? 2 : 1)}%`);

/**
 * A number with a real minus and commas.
 * @param {number} value
 * @param {number} [digits]
 */
export const number = (value, digits = 0) =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");

/**
 * "patch 92 (row 7, column 8)" in the words of `sentence`.
 * @param {string} sentence
 * @param {number} cell
 * @param {readonly number[]} grid
 */
export const cellName = (sentence, cell, [, columns]) =>
  fill(sentence, { number: cell + 1, row: Math.floor(cell / columns) + 1, column: (cell % columns) + 1 });
