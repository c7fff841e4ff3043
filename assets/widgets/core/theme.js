// What belongs to the page and not to a widget: colours, light and dark, the large view, the language.
import { copyLink } from "./address.js";
import { isTyping } from "./keys.js";

/** @typedef {import("./lab").Constants} Constants */
/** @typedef {import("./lab").Colour} Colour */

/** @type {Constants} */
export const constants = JSON.parse(document.getElementById("lab-constants")?.textContent ?? "{}");

// Each colour of the page's one source as a CSS variable: --lab-mark, --lab-series-1 …
for (const [name, value] of Object.entries(constants.colours ?? {})) {
  document.documentElement.style.setProperty(`--lab-${name.replaceAll("_", "-")}`, value);
}
for (const [at, colour] of (constants.series ?? []).entries()) {
  document.documentElement.style.setProperty(`--lab-series-${at + 1}`, `rgb(${colour})`);
}

/**
 * A colour of the page by its name, for a canvas of cells.
 * @param {import("./lab").ColourName} name
 * @param {number} [alpha]
 * @returns {Colour}
 */
export function colour(name, alpha = 255) {
  const hex = constants.colours[name];
  const [red, green, blue] = [1, 3, 5].map((place) => Number.parseInt(hex.slice(place, place + 2), 16));
  return [red, green, blue, alpha];
}

/**
 * The same for a pen: "rgb(255 212 59 / 0.5)".
 * @param {import("./lab").ColourName} name
 * @param {number} [opacity]
 */
export const ink = (name, opacity = 1) => `rgb(${colour(name).slice(0, 3).join(" ")} / ${opacity})`;

/** Whether the views have the whole page. */
export const isWide = () => document.body.classList.contains("lab-wide");

export const isDark = () => document.body.classList.contains("dark");

/**
 * Call back whenever the page turns light or dark, as long as `root` is part of it.
 * @param {HTMLElement} root
 * @param {() => void} act
 */
export function onTheme(root, act) {
  let dark = isDark();
  const watch = new MutationObserver(() => {
    if (!root.isConnected) return watch.disconnect();
    if (isDark() === dark) return;
    dark = isDark();
    act();
  });
  watch.observe(document.body, { attributes: true, attributeFilter: ["class"] });
}

/** What a page does at once: the visitor's theme and large view, the language of its text. */
export function restorePage() {
  const chosen = localStorage.getItem("lab-theme");
  if (chosen && !location.search.includes("__theme")) document.body.classList.toggle("dark", chosen === "dark");
  document.body.classList.toggle("lab-wide", localStorage.getItem("lab-wide") === "true");
  const header = document.querySelector(".lab-header");
  if (header instanceof HTMLElement) document.documentElement.lang = header.lang;
}

/** @param {boolean} wide */
function setWide(wide) {
  document.body.classList.toggle("lab-wide", wide);
  localStorage.setItem("lab-wide", String(wide));
}

/** @param {boolean} dark */
function setTheme(dark) {
  document.body.classList.toggle("dark", dark);
  localStorage.setItem("lab-theme", dark ? "dark" : "light");
}

// Gradio keeps the lab's style sheet to what is inside the page; these rules start at its body.
const large = document.createElement("style");
large.textContent = `@media (min-width: 768px) {
  .lab-wide { --lab-above: 230px; }
  .lab-wide .controls, .lab-wide .lab-header p, .lab-wide .see { display: none !important; }
}`;
document.head.append(large);

/** T turns the page light or dark, F hides the controls, L changes the language; the header's buttons do the same. */
const duties = {
  theme: () => setTheme(!isDark()),
  wide: () => setWide(!isWide()),
  link: copyLink,
  language: () => {
    const link = document.querySelector(".lab-language");
    if (link instanceof HTMLElement) link.click();
  },
};
/**
 * The page of the other language shows the same, and is the one that the lab opens with from now on.
 * @param {HTMLAnchorElement} other
 */
function keepLanguage(other) {
  localStorage.setItem("lab-language", other.hreflang);
  other.hash = location.hash;
}

/** @type {Record<string, keyof typeof duties>} */
const KEYS = { KeyT: "theme", KeyF: "wide", KeyL: "language" };

document.addEventListener("keydown", (event) => {
  const duty = KEYS[event.code];
  if (duty && !isTyping(event) && !event.repeat) duties[duty]();
});
document.addEventListener("click", ({ target }) => {
  if (!(target instanceof Element)) return;
  const other = target.closest(".lab-language");
  if (other instanceof HTMLAnchorElement) keepLanguage(other);
  const button = target.closest("[data-lab]");
  if (button instanceof HTMLElement) duties[/** @type {keyof typeof duties} */ (button.dataset.lab)]?.();
});
