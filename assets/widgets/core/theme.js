// The page's colours, light and dark.

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

/** Light or dark, as the visitor chose last; an address may say otherwise. */
export function restoreTheme() {
  const chosen = localStorage.getItem("lab-theme");
  if (chosen && !location.search.includes("__theme")) document.body.classList.toggle("dark", chosen === "dark");
}

export function switchTheme() {
  const dark = document.body.classList.toggle("dark");
  localStorage.setItem("lab-theme", dark ? "dark" : "light");
}
