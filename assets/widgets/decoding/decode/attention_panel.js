// The attention of one decoder: of a prediction over the source, and of the decoder over itself.
import { canvasElement, element, findCanvas } from "../../core/dom.js";
import { placeMark } from "../../draw/marks.js";
import { drawAttention, overMatrix } from "../../draw/matrix.js";
import { wordRow } from "../../draw/tokens.js";
import { largest } from "../../read/attention.js";
import { format, percent, word } from "../../read/format.js";
import { pieceName } from "../../read/pieces.js";

/** @typedef {import("../../core/lab").Way} Way */
/** @typedef {import("../../core/lab").DecodingDecodeText} Text */
/** @typedef {import("../../read/decoder_attention.js").Look} Look */
/** @typedef {[query: number, key: number]} Weight */

/**
 * Builds the panel of one way in `box`; point(weight) is told the query and the key under the pointer. Returns
 * draw(look, predicting, pointed): what to show, a sentence about what is predicted, the weight that is pointed at.
 * @param {HTMLElement} box
 * @param {Way} way
 * @param {Text} text
 * @param {(weight: Weight) => void} point
 * @returns {(look: Look | null, predicting: string, pointed: Weight | null) => Partial<Record<"best" | "share" | "weight", number>>}
 */
export function attentionPanel(box, way, text, point) {
  const [name, words] = [element("h3", { className: "name" }), element("p", { className: "words" })];
  const [sentence, weight] = [element("p", { className: "largest" }), element("p", { className: "weight" })];
  const mark = element("div", { className: "row-mark" });
  const matrix = element("div", { className: "matrix" }, canvasElement("", word(text, "", way, "_self")), mark);
  const title = element("p", { className: "title", textContent: word(text, "", way, "_self") });
  const mask = element("p", { textContent: word(text, "", way, "_mask") });
  box.append(
    name,
    words,
    sentence,
    element("div", { className: "square" }, matrix, element("div", {}, title, mask, weight)),
  );
  const canvas = findCanvas(matrix, "canvas");
  let size = 1;
  overMatrix(
    canvas,
    () => size,
    (query, key) => point([query, key]),
  );

  return (look, predicting, pointed) => {
    const place = look ? format(text.layer_of, { layer: look.layer + 1, count: look.layers }) : "";
    name.textContent = `${word(text, "", way)}${place}`;
    box.classList.toggle("empty", !look);
    size = look?.size ?? 1;
    drawAttention(canvas, look?.self ?? [], size);
    if (!look) {
      mark.hidden = true;
      sentence.textContent = word(text, "", way, "_none");
      weight.textContent = "";
      return {};
    }
    const shown = look.source.map((piece) => pieceName(piece, text));
    const best = largest(look.cross);
    wordRow(words, shown, look.cross);
    sentence.textContent = `${predicting} ${format(text.looks_at, { share: percent(look.cross[best]), word: shown[best] })}`;
    placeMark(mark, look.row, [look.size, 1]);
    const query = Math.min(pointed?.[0] ?? look.row, look.size - 1);
    const key = Math.min(pointed?.[1] ?? largest(look.self[look.row]), look.size - 1);
    weight.textContent = weightLine(look, [query, key], text);
    return { best, share: look.cross[best], weight: look.self[query]?.[key] ?? 0 };
  };
}

/**
 * What a query sees of a key.
 * @type {(look: Look, weight: Weight, text: Text) => string}
 */
function weightLine(look, [query, key], text) {
  const row = look.self[query];
  const kind = !row ? "cell_later" : key < row.length ? "cell_weight" : "cell_masked_out";
  const read = (/** @type {number} */ at) => {
    const piece = look.inputs[at];
    if (piece === null) return "▶";
    return piece === undefined ? "…" : pieceName(piece, text);
  };
  return format(text[kind], {
    row: query + 1,
    column: key + 1,
    query: read(query),
    key: read(key),
    share: row ? percent(row[key] ?? 0) : "",
  });
}
