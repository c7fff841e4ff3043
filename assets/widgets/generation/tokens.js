// Tokens of a text, each underlined by how much it surprised the model.
import { element } from "../core/dom.js";
import { format, number } from "../read/format.js";
import { pieceName } from "../read/pieces.js";

/** The surprise in nats that has the full colour. */
const MOST = 8;

/**
 * A token with its surprise in nats, null where there is none.
 * @template {"span" | "button"} Tag
 * @param {Tag} tag
 * @param {string} piece
 * @param {number | null} surprise
 * @param {{end: string, surprise_of: string, first_of: string}} text
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function tokenNode(tag, piece, surprise, text) {
  const token = pieceName(piece, text);
  const said = surprise === null ? text.first_of : text.surprise_of;
  const node = element(tag);
  Object.assign(node, { className: "token", textContent: token });
  node.title = format(said, { token, nats: number(surprise ?? 0, 2) });
  node.style.setProperty("--surprise", `${Math.min(100, (100 * (surprise ?? 0)) / MOST)}%`);
  return node;
}
