// The sentence that a way to decode has now; room is kept for its longest.
import { find } from "../core/dom.js";
import { longest } from "../read/pieces.js";

/** @type {(box: HTMLElement, words: string) => void} */
export function sayOutput(box, words) {
  const [output, now] = [find(box, ".output"), find(box, ".output .now")];
  now.textContent = words || "…";
  output.scrollTop = now.offsetHeight - output.clientHeight;
}

/** @type {(box: HTMLElement, sentences: readonly string[]) => void} */
export function keepRoom(box, sentences) {
  find(box, ".output .longest").textContent = longest(sentences);
}
