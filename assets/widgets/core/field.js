// Text fields: what is pasted, deleted, composed or read from a file counts as what is typed.
import { format } from "../read/format.js";
import { textOf } from "../read/text_file.js";
import { find } from "./dom.js";

/** Bytes that a sign takes at most. */
const WIDEST = 4;

/** Gradio's fields tell the page of keys that are pressed, and of no other way to write. */
let pressed = false;
document.addEventListener("keypress", () => {
  pressed = true;
});
document.addEventListener("input", ({ target }) => {
  const isField = target instanceof Element && target.matches(".controls [data-testid=textbox]");
  if (isField && !pressed) target.dispatchEvent(new KeyboardEvent("keypress", { bubbles: true }));
  pressed = false;
});

// A text file that a visitor chooses fills the field above its button. It is read here: no file is sent.

document.addEventListener("change", async ({ target }) => {
  if (!(target instanceof HTMLInputElement) || !target.matches(".lab-file input")) return;
  const box = /** @type {HTMLElement} */ (target.closest(".lab-file"));
  const file = target.files?.[0];
  if (!file) return;
  const said = await fill(box, file);
  find(box, "[role=status]").textContent = format(said, { name: file.name });
  target.value = "";
});

/**
 * The sentence that says what has come of it.
 * @param {HTMLElement} box
 * @param {File} file
 */
async function fill({ dataset, parentElement }, file) {
  const { long = "", unreadable = "", filled = "", field = "" } = dataset;
  const maximum = Number(dataset.maximum);
  if (file.size > WIDEST * maximum) return long;
  const text = textOf(new Uint8Array(await file.arrayBuffer()));
  if (text === null) return unreadable;
  if (text.length > maximum) return long;
  const place = parentElement?.closest(".controls")?.querySelector(`.${field} textarea`);
  if (!(place instanceof HTMLTextAreaElement)) return "";
  place.value = text;
  place.dispatchEvent(new Event("input", { bubbles: true }));
  return filled;
}
