// One table of keys for each widget, and one listener for the page.

/** @typedef {import("./lab").Keys} Keys */

/** @type {Map<HTMLElement, Keys[]>} */
const tables = new Map();

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const CLICKER = ["PageUp", "PageDown"];

/** Whether the focus was set by pointer: then space plays, also from a button; after Tab it presses the button. */
let byPointer = false;
addEventListener(
  "pointerdown",
  () => {
    byPointer = true;
  },
  true,
);
addEventListener(
  "keydown",
  ({ key }) => {
    if (key === "Tab") byPointer = false;
  },
  true,
);

/**
 * Add keys of the widget that the visitor points at or has focused. An action that returns false has not used its key.
 * @param {HTMLElement} root
 * @param {Keys} table
 */
export function bindKeys(root, table) {
  tables.set(root, [...(tables.get(root) ?? []), table]);
}

/** Whether single letters and signs are shortcuts; the visitor can switch them off. */
export const shortcuts = () => localStorage.getItem("lab-shortcuts") !== "false";

/** @param {boolean} on */
export const setShortcuts = (on) => localStorage.setItem("lab-shortcuts", String(on));

/** @param {KeyboardEvent} event */
export function isTyping({ ctrlKey, metaKey, altKey, target }) {
  const typed = "textarea, [contenteditable], input:not([type=range], [type=radio], [type=checkbox])";
  return ctrlKey || metaKey || altKey || (target instanceof Element && target.matches(typed));
}

/**
 * How far an arrow key leads: rows down and columns across; null for another key.
 * @param {string} code
 * @returns {[number, number] | null}
 */
export const arrow = (code) => ARROWS[code] ?? null;

/**
 * The widget that a key goes to: the one with the focus, else the one under the pointer; what a clicker sends, from afar,
 * goes to the one that is seen and knows it.
 * @param {string} code
 */
function addressed(code) {
  for (const root of tables.keys()) if (!root.isConnected) tables.delete(root);
  const roots = [...tables.keys()];
  const near = roots.find((root) => root.matches(":focus-within")) ?? roots.find((root) => root.matches(":hover"));
  /** @param {HTMLElement} root */
  const knows = (root) => root.offsetParent && tables.get(root)?.some((table) => code in table);
  return CLICKER.includes(code) && !(near && knows(near)) ? roots.find(knows) : near;
}

/**
 * @param {Keys} table
 * @param {KeyboardEvent} event
 */
function used(table, event) {
  const way = arrow(event.code);
  if (way) return Boolean(table.arrows) && table.arrows?.(...way) !== false;
  const act = table[/** @type {Exclude<keyof Keys, "arrows">} */ (event.code)];
  return Boolean(act) && act?.() !== false;
}

document.addEventListener("keydown", (event) => {
  const { target, code } = event;
  if (event.defaultPrevented || isTyping(event) || !(target instanceof Element)) return;
  if (["Space", "Enter"].includes(code) && !byPointer && target.matches("button, a, summary")) return;
  if (target.matches("input") && (arrow(code) || !target.matches("[type=range]"))) return;
  const root = addressed(code);
  if (!root || root.inert || (event.key.length === 1 && event.key !== " " && !shortcuts())) return;
  for (const table of tables.get(root) ?? []) if (used(table, event)) event.preventDefault();
});
