// What a Plotly figure shows, as sentences: its axes, where each line begins and ends, and each bar beside its word.
import { format, number, powerOfTen } from "./format.js";

/** @typedef {import("../core/lab").Figure} Figure */

/** @type {Record<string, new (buffer: ArrayBuffer) => Iterable<number>>} */
const KINDS = { f8: Float64Array, f4: Float32Array, i4: Int32Array, i2: Int16Array, i1: Int8Array, u1: Uint8Array };

/**
 * Numbers as Plotly's JSON has them: a list, or the bytes of an array in base 64.
 * @param {unknown} given
 * @returns {unknown[]}
 */
export function values(given) {
  if (Array.isArray(given)) return given;
  const { dtype, bdata } = /** @type {{dtype?: string, bdata?: string}} */ (given ?? {});
  if (!dtype || !bdata || !KINDS[dtype]) return [];
  const bytes = Uint8Array.from(atob(bdata), (letter) => letter.charCodeAt(0));
  return Array.from(new KINDS[dtype](bytes.buffer));
}

/**
 * Which traces of a figure belong together in the legend: those of the same group, or the trace alone.
 * @param {Figure} figure
 * @param {number} trace
 * @returns {number[]}
 */
export function together({ data }, trace) {
  const group = data[trace].legendgroup;
  const all = data.map((_, at) => at);
  return group ? all.filter((at) => data[at].legendgroup === group) : [trace];
}

/**
 * A figure as text: lines by their first and last, maps by their smallest and largest number, what stands beside words
 * number by number; traces whose numbers are in `hidden` are left out.
 * @param {Figure} figure
 * @param {{chart_reading: string, chart_alone: string, chart_line: string, chart_words: string}} text
 * @param {readonly number[]} [hidden]
 */
export function chartReading({ data, layout }, text, hidden = []) {
  const title = (/** @type {"xaxis" | "yaxis"} */ axis) => plainText(layout[axis]?.title?.text ?? "");
  const lies = data.some(isAcross);
  const [x, y] = lies ? [title("yaxis"), title("xaxis")] : [title("xaxis"), title("yaxis")];
  const shares = String(layout[lies ? "xaxis" : "yaxis"]?.tickformat ?? "").includes("%");
  const lines = data.flatMap((trace, at) => {
    const name = plainText(trace.name ?? "");
    const map = values(trace.z).filter(isNumber);
    const points = pointsOf(trace);
    if (hidden.includes(at) || !(map.length || points.length)) return [];
    if (!map.length && points.every(({ word }) => word)) {
      const said = points.map(({ word, value }) => `${plainText(word)} ${short(value, shares)}`);
      return [format(text.chart_words, { name, points: said.join(", ") })];
    }
    const ends = map.length ? [least(map), most(map)] : [points[0].value, points[points.length - 1].value];
    const [first, last] = ends.map((value) => short(value, shares && !map.length));
    return [format(text.chart_line, { name, first, last })];
  });
  return format(x ? text.chart_reading : text.chart_alone, { x, y, lines: lines.join("; ") });
}

/** Whether a trace's numbers lie along x, beside words. @param {Figure["data"][number]} trace */
const isAcross = ({ x, y }) => !values(y).some(isNumber) && values(x).some(isNumber);

/**
 * The numbers of a trace, each with the word that it stands beside, if it is one.
 * @param {Figure["data"][number]} trace
 * @returns {{value: number, word: string}[]}
 */
function pointsOf(trace) {
  const [numbers, beside] = (isAcross(trace) ? [trace.x, trace.y] : [trace.y, trace.x]).map(values);
  return numbers.flatMap((value, at) => {
    const word = beside[at];
    return isNumber(value) ? [{ value, word: typeof word === "string" ? word : "" }] : [];
  });
}

/** @param {number[]} all */
const least = (all) => all.reduce((one, other) => Math.min(one, other));
/** @param {number[]} all */
const most = (all) => all.reduce((one, other) => Math.max(one, other));
/**
 * @param {unknown} value
 * @returns {value is number}
 */
const isNumber = (value) => Number.isFinite(value);

/** @type {(value: number, share: boolean) => string} */
function short(value, share) {
  if (share) return `${Number((100 * value).toPrecision(3))}%`;
  if (value && (Math.abs(value) < 1e-6 || Math.abs(value) >= 1e9)) {
    const [digits, power] = value.toExponential(1).split("e");
    return `${digits.replace("-", "−")} × ${powerOfTen(Number(power))}`;
  }
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return number(value, Math.min(20, value === Math.round(value) ? 0 : digits));
}

/** @param {string} markup */
const plainText = (markup) =>
  markup.replace(/<[^>]*>/g, " ").replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
