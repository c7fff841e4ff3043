// Pieces of SentencePiece as people read them.

/**
 * "·" stands for "▁", the beginning of a word; the end and the mask get the page's word.
 * @param {string} piece
 * @param {{end: string, mask: string}} text
 */
export function pieceName(piece, text) {
  if (piece === "</s>") return text.end;
  return piece === "<mask>" ? text.mask : piece.replace("▁", "·");
}

/**
 * Pieces as plain text.
 * @param {readonly string[]} pieces
 */
export const sentence = (pieces) =>
  pieces
    .filter((piece) => !/^<\/?\w+>$/.test(piece))
    .join("")
    .replaceAll("▁", " ")
    .trim();

/**
 * The longest of some sentences, to keep room for it.
 * @param {readonly string[]} sentences
 */
export const longest = (sentences) => sentences.reduce((top, one) => (one.length > top.length ? one : top), "");
