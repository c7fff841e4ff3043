// The view that is open, and the sheet that one takes away of it: title, what one sees, caption.
import { opened, write } from "../core/address.js";
import { element } from "../core/dom.js";
import { mountedOn } from "../core/mount.js";
import { format } from "../read/format.js";

/** @typedef {import("../core/lab").ViewRecord} ViewRecord */
/**
 * By name, as Python made them and as the page has them: `parts` are elements, the view itself and what stands beside
 * the inputs and belongs to it.
 * @typedef {{exhibit: string, view: string, record: ViewRecord, parts: HTMLElement[], address: string}} View
 */
/** @typedef {Record<string, string>} Words */

/** What one can only use on the page. */
const CONTROLS = [
  ".lab-note, .lab-trouble, .hint, .steps, .speed, .speeds, .opacity-row, .reading, .choices button:not([aria-pressed=true])",
  ".caption:has(.choices):not(:has(.choices [aria-pressed=true]))",
].join();

/**
 * @param {Element} node
 * @returns {node is HTMLElement}
 */
const isSeen = (node) => node instanceof HTMLElement && Boolean(node.offsetParent);

/**
 * The view that is open; null until it has been answered and drawn.
 * @returns {View | null}
 */
export function shownView() {
  const now = opened();
  const record = now?.told.record;
  const answered = record?.runs.some(({ origin }) => origin);
  if (!now || !record || !answered || now.told.view !== now.view) return null;
  write();
  const { exhibit, view } = now;
  const column = [...document.querySelectorAll(".lab-column")].find(isSeen);
  const panel = column && ([...column.querySelectorAll("[role=tabpanel]")].find(isSeen) ?? column);
  const beside = record.asides.flatMap((name) => [...document.querySelectorAll(`.block.lab-aside-${name}`)]);
  const parts = [...(panel ? [panel] : []), ...beside].filter(isSeen);
  const widgets = parts.flatMap((part) => [...part.querySelectorAll(".lab-widget")]).filter(isSeen);
  if (!widgets.every((root) => mountedOn(root) && !root.inert && !root.ariaBusy)) return null;
  return { exhibit, view, record, parts, address: location.href };
}

/**
 * The widgets of a view, as they were made.
 * @param {View} view
 */
export const widgetsOf = ({ parts }) =>
  parts
    .flatMap((part) => [...part.querySelectorAll(".lab-widget")])
    .flatMap((root) => {
      const made = mountedOn(root);
      return made && isSeen(root) ? [{ root, ...made }] : [];
    });

/** Today, as file names and captions have it. */
export const today = () => new Date().toLocaleDateString("sv");

/**
 * "Patches & Windows · 2 · Attend".
 * @param {View} view
 */
export const titleOf = ({ record }) => [...new Set([record.exhibit, record.view])].join(" · ");

/**
 * The lines below a view: models, when and where it was computed, which page it is from.
 * @param {View} view
 * @param {Words} words
 */
export function captionOf({ record, address }, words) {
  const { runs } = record;
  const found = runs.flatMap((run) => run.models.map(([name, revision]) => format(words.model, { name, revision })));
  const models = [...new Set(found)].join(", ");
  const last = runs
    .filter(({ date }) => date)
    .sort((one, other) => (one.date ?? "").localeCompare(other.date ?? ""))
    .pop();
  const date = last?.date?.slice(0, 16).replace("T", " ");
  return [
    models && format(words.models, { models }),
    last ? format(words.computed, { date, device: last.device }) : words.kept,
    format(words.from, { date: today(), address }),
  ].filter(Boolean);
}

/**
 * A copy of an element with what its canvases show.
 * @param {HTMLElement} node
 */
function copyOf(node) {
  const copy = /** @type {HTMLElement} */ (node.cloneNode(true));
  const canvases = copy.querySelectorAll("canvas");
  for (const [at, canvas] of node.querySelectorAll("canvas").entries()) {
    if (canvas.width && canvas.height) canvases[at].getContext("2d")?.drawImage(canvas, 0, 0);
  }
  for (const widget of copy.querySelectorAll("[data-of]")) widget.removeAttribute("data-of");
  return copy;
}

/**
 * What one takes away: the title, copies of the view's elements without what one can only use on the page, the caption.
 * @param {View} view
 * @param {Words} words
 * @param {boolean} alive with everything that one can use
 */
export function sheetOf(view, words, alive = false) {
  const copies = view.parts.map(copyOf);
  if (!alive) for (const copy of copies) for (const control of copy.querySelectorAll(CONTROLS)) control.remove();
  const lines = captionOf(view, words).map((textContent) => element("p", { textContent }));
  const title = element("h2", { textContent: titleOf(view) });
  return element("article", { className: "lab-sheet" }, title, ...copies, element("footer", {}, ...lines));
}

/** Where a sheet gets the page's styles. */
export const stylesReach = () => document.querySelector("main.contain") ?? document.body;
