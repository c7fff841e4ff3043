// Sentences and numbers as people read them.

/**
 * A sentence with its {gaps} filled.
 * @param {string} sentence
 * @param {Record<string, unknown>} details
 */
export const format = (sentence, details) => sentence.replace(/\{(\w+)\}/g, (_, name) => String(details[name]));

/**
 * Sentences, one after the other: Chinese ones without a space between. Empty ones are left out.
 * @param {...string} said
 */
export const sentences = (...said) => {
  const [first = "", ...rest] = said.filter(Boolean);
  return rest.reduce((before, one) => `${before}${/[。！？]$/.test(before) ? "" : " "}${one}`, first);
};

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
 * A share that came as a byte, a 255th of its row's largest.
 * @param {number} share
 */
export const bytePercent = (share) => (share < 0.001 ? "< 0.1%" : `${(100 * share).toFixed(1)}%`);

/**
 * A share.
 * @param {number} share
 */
export const percent = (share) => (share < 0.001 ? "< 0.1%" : finePercent(share));

/**
 * A share among a vocabulary's thousands of tokens.
 * @param {number} share
 */
export const finePercent = (share) =>
  share < 0.0001 ? "< 0.01%" : `${(100 * share).toFixed(share < 0.0995 ? 2 : 1)}%`;

/**
 * A number with a real minus and commas; what rounds to 0 has no sign.
 * @param {number} value
 * @param {number} [digits]
 */
export const number = (value, digits = 0) =>
  value
    .toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "negative" })
    .replace("-", "−");

/**
 * 10 to a whole power: "10⁻⁵", and "1" for the power 0.
 * @param {number} power
 */
export const powerOfTen = (power) =>
  power === 0 ? "1" : `10${String(power).replace(/./g, (sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)] ?? "⁻")}`;

/**
 * A number of any size from 0 to 1: "0.49", "8.7 × 10⁻⁵", and "< 10⁻¹⁵" for what is below 10^lowest.
 * @param {number} value
 * @param {number} lowest
 */
export function scientific(value, lowest) {
  if (value < 10 ** lowest) return `< ${powerOfTen(lowest)}`;
  if (value >= 0.0095) return value.toPrecision(2);
  const [digits, power] = value.toExponential(1).split("e");
  return `${digits} × ${powerOfTen(Number(power))}`;
}

/**
 * "patch 92 (row 7, column 8)" in the words of `sentence`.
 * @param {string} sentence
 * @param {number} cell
 * @param {readonly number[]} grid
 */
export const cellName = (sentence, cell, [, columns]) =>
  format(sentence, { number: cell + 1, row: Math.floor(cell / columns) + 1, column: (cell % columns) + 1 });
