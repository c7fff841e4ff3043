// Gradio's own words where it does not translate them, and names for what it leaves without one.
import { constants } from "./theme.js";

/** assets/language.js says which language the page has. */
const text = constants.gradio?.[navigator.language.startsWith("zh") ? "zh" : "en"] ?? {};
/** @type {Record<string, string>} */
const PREFIXES = { "number input for ": text.number, "range slider for ": text.slider };

/**
 * What stands for words of Gradio's; the same where they are none.
 * @param {string} said
 */
function ours(said) {
  const prefix = Object.keys(PREFIXES).find((one) => said.startsWith(one));
  if (prefix) return PREFIXES[prefix].replace("{label}", said.slice(prefix.length));
  return text[`words.${said}`] ?? said;
}

/** @type {(node: Element, name: string, value: string) => void} */
function set(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

function speak() {
  for (const node of document.querySelectorAll("button[aria-label], button[title], input[aria-label]")) {
    if (node.closest(".lab-widget")) continue;
    for (const name of ["aria-label", "title"]) {
      const said = node.getAttribute(name);
      if (said) set(node, name, ours(said));
    }
  }
  for (const tick of document.querySelectorAll("label > input[type=checkbox][title]")) {
    set(tick, "title", tick.parentElement?.textContent?.trim() ?? "");
  }
  for (const gallery of document.querySelectorAll(".gallery")) {
    const photos = [...gallery.querySelectorAll("button.gallery-item:has(img)")];
    for (const [at, photo] of photos.entries()) set(photo, "aria-label", text.example.replace("{number}", `${at + 1}`));
  }
  for (const more of document.querySelectorAll(".overflow-menu > button")) set(more, "aria-label", text.more);
}

let waits = false;
/** @param {MutationRecord} change */
const isOutside = ({ target }) => !(target instanceof Element && target.closest(".lab-widget"));
new MutationObserver((changes) => {
  if (waits || !changes.some(isOutside)) return;
  waits = true;
  requestAnimationFrame(() => {
    waits = false;
    speak();
  });
}).observe(document.documentElement, {
  childList: true,
  subtree: true,
  attributeFilter: ["aria-label", "title"],
});
