// In a file that a visitor took away: mounts its widgets as they were. What needs the lab says so.
import { sayInHeader } from "../core/dom.js";
import { mount } from "../core/mount.js";
import { setState } from "../core/state.js";

const kept = JSON.parse(document.getElementById("lab-kept")?.textContent ?? "{}");

/**
 * A value, or each of the values in it, with its file of arrays as a short address.
 * @param {any} value
 * @returns {Promise<any>}
 */
async function withFiles(value) {
  if (value.file) {
    const blob = await (await fetch(value.file)).blob();
    return { ...value, file: URL.createObjectURL(blob) };
  }
  const parts = Object.entries(value).map(async ([name, part]) => [name, part?.file ? await withFiles(part) : part]);
  return Object.fromEntries(await Promise.all(parts));
}

/** @param {string} exhibit */
function refuse(exhibit) {
  sayInHeader(() => kept.words.alone);
  dispatchEvent(new CustomEvent("lab-unanswered", { detail: exhibit }));
}

for (const [at, element] of document.querySelectorAll("[data-kept]").entries()) {
  const { name, place, text, value, state } = kept.widgets[at];
  const root = element.querySelector(".lab-widget");
  if (!(element instanceof HTMLElement) || !root) throw new Error(`there is no place for ${name}`);
  root.addEventListener("lab-drawn", () => setState(root, state), { once: true });
  const [exhibit] = place.split("/");
  mount(
    name,
    place,
    element,
    { value: await withFiles(value) },
    () => {},
    text,
    () => refuse(exhibit),
  );
}
