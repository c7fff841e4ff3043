// Pieces of SentencePiece as people read them.

/**
 * "·" stands for "▁", the beginning of a word, and for a space, "↵" for a new line; the end and the mask get the page's
 * word.
 * @param {string} piece
 * @param {{end: string, mask?: string}} text
 */
export function pieceName(piece, text) {
  if (piece === "</s>") return text.end;
  if (piece === "<mask>") return text.mask ?? piece;
  return piece.replace("▁", "·").replaceAll("\n", "↵").replaceAll(" ", "·");
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
