// The sentence that a side has now; room is kept for its longest.
import { find } from "../../core/dom.js";

/** @type {(box: HTMLElement, words: string) => void} */
export function sayOutput(box, words) {
  const [output, now] = [find(box, ".output"), find(box, ".output .now")];
  now.textContent = words || "…";
  output.scrollTop = now.offsetHeight - output.clientHeight;
}
