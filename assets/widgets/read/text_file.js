// The text of a file that a visitor has chosen, whichever program wrote it.

/** Tried one after another: spreadsheets in China write GB 18030. */
const ENCODINGS = ["utf-8", "gb18030"];
/** What the first two bytes say. @type {Record<string, string>} */
const MARKS = { "255,254": "utf-16le", "254,255": "utf-16be" };
const SPACES = "\t\n\v\f\r";

/** @type {(sign: string) => boolean} */
const isControl = (sign) => sign < " " && !SPACES.includes(sign);

/**
 * Null where the bytes are no text.
 * @param {Uint8Array} bytes
 * @returns {string | null}
 */
export function textOf(bytes) {
  const marked = MARKS[bytes.subarray(0, 2).join()];
  for (const encoding of marked ? [marked] : ENCODINGS) {
    const text = decoded(bytes, encoding);
    if (text !== null) return [...text].some(isControl) ? null : text;
  }
  return null;
}

/** @type {(bytes: Uint8Array, encoding: string) => string | null} */
function decoded(bytes, encoding) {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
