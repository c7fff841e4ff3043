// The address of what one sees, as text: #exhibit/view?input=text&state={…}.

/** @typedef {import("../core/lab").Json} Json */
/**
 * What a link asks for; `state` is the widget's, as far as it is not what one sees first.
 * @typedef {{exhibit: string, view: string, asked: Record<string, Json>, state: Record<string, unknown> | null}} Link
 */

/**
 * @param {string} hash
 * @returns {Link | null} null for an empty one
 */
export function parse(hash) {
  if (hash.length < 2) return null;
  const [path, query = ""] = hash.slice(1).split(/\?(.*)/s);
  const [exhibit, view = ""] = path.split("/").map(decode);
  const { state, ...asked } = Object.fromEntries(new URLSearchParams(query));
  return { exhibit, view, asked, state: object(state) };
}

/** @param {Link} link */
export function format({ exhibit, view, asked, state }) {
  const texts = Object.entries(asked).map(([name, text]) => [name, String(text)]);
  if (state && Object.keys(state).length) texts.push(["state", JSON.stringify(state)]);
  const query = new URLSearchParams(texts).toString();
  return `#${[exhibit, view].filter(Boolean).map(encodeURIComponent).join("/")}${query && `?${query}`}`;
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * @param {string | undefined} text
 * @returns {Record<string, unknown> | null}
 */
function object(text) {
  try {
    const value = JSON.parse(text ?? "null");
    return value && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
