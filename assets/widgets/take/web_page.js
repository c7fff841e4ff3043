// A view as one file that plays without the lab: what it shows, its scripts as data, its styles.
import { element } from "../core/dom.js";
import { changesOf } from "../core/state.js";
import { constants, isDark } from "../core/theme.js";
import { dataUrl } from "./bytes.js";
import { modulesOf } from "./modules.js";
import { stylesFor } from "./styles.js";
import { sheetOf, stylesReach, titleOf, widgetsOf } from "./view.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./view.js").Words} Words */

/** Where the folders of assets/widgets are served. */
const SERVED = new URL("../", import.meta.url).href;

/** @type {(view: View, words: Words) => Promise<Blob>} */
export async function webPageOf(view, words) {
  const widgets = widgetsOf(view);
  const sheet = sheetOf(view, words, true);
  const roots = [...sheet.querySelectorAll(".lab-widget")].filter((_, at) => at < widgets.length);
  const kept = await Promise.all(widgets.map(keep));
  for (const [at, { template }] of kept.entries()) {
    const fresh = document.createRange().createContextualFragment(template);
    roots[at].parentElement?.setAttribute("data-kept", "");
    roots[at].replaceWith(fresh);
  }
  const modules = await modulesOf(SERVED, ["take/alone.js", ...kept.map(({ name }) => `${name}/script.js`)]);
  const charts = kept.some(({ value }) => value.charts);
  const library = charts ? await textAt(new URL(constants.plotly, document.baseURI).href) : "";
  const inside = chained(sheet);
  const page = {
    title: `${titleOf(view)} · Attention Lab`,
    style: stylesFor(sheet),
    body: inside.outerHTML,
    constants: { ...constants, plotly: "data:text/javascript,", screenshot: "" },
    kept: { widgets: kept.map(({ template: _, ...rest }) => rest), words: { alone: words.alone } },
    modules,
    library,
  };
  return new Blob([written(page)], { type: "text/html" });
}

/**
 * Everything to mount a widget again as it is now.
 * @param {ReturnType<typeof widgetsOf>[number]} widget
 */
async function keep({ root, name, place, text, value }) {
  const template = await textAt(`${SERVED}${name}/template.html`);
  return { name, place, text, template, value: await withFiles(value()), state: changesOf(root) };
}

/**
 * A value, or each of the values in it, with its file of arrays as data.
 * @param {any} value
 * @returns {Promise<any>}
 */
async function withFiles(value) {
  if (value.file) return { ...value, file: await dataUrl(await (await answered(value.file)).blob()) };
  const parts = Object.entries(value).map(async ([name, part]) => [name, part?.file ? await withFiles(part) : part]);
  return Object.fromEntries(await Promise.all(parts));
}

/** @param {string} address */
const textAt = async (address) => (await answered(address)).text();

/** @param {string} address */
async function answered(address) {
  const response = await fetch(new URL(address, document.baseURI));
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response;
}

/**
 * The sheet inside of what the page's styles expect around it.
 * @param {HTMLElement} sheet
 */
function chained(sheet) {
  let inside = sheet;
  for (let outer = stylesReach(); outer !== document.body && outer.parentElement; outer = outer.parentElement) {
    inside = element(outer.localName === "main" ? "main" : "div", { className: outer.className }, inside);
  }
  return inside;
}

/** @param {unknown} data */
const json = (data) => JSON.stringify(data).replaceAll("<", "\\u003c");

/**
 * @param {{title: string, style: string, body: string, constants: object, kept: object, library: string,
 *   modules: Record<string, string>}} page
 */
function written({ title, style, body, constants: shared, kept, modules, library }) {
  const name = element("title", { textContent: title }).outerHTML;
  return `<!doctype html>
<html lang="${document.documentElement.lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">${name}
<style>${style}</style>
<script type="importmap">${json({ imports: modules })}</script>
<script type="application/json" id="lab-constants">${json(shared)}</script>
<script type="application/json" id="lab-kept">${json(kept)}</script>
<script>${library.replaceAll("</script", "<\\/script")}</script>
</head><body class="lab-alone${isDark() ? " dark" : ""}">${body}
<p class="lab-said" role="status"></p>
<script type="module">import "lab/take/alone.js";</script>
</body></html>
`;
}
