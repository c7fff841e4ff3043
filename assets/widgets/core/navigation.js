// From exhibit to exhibit: the header's links and its menu press Gradio's tabs, which nobody sees.

/** Frames that a tab may take to appear. */
const FRAMES = 600;

/** @type {(selector: string) => HTMLElement[]} */
const all = (selector) =>
  [...document.querySelectorAll(selector)].flatMap((node) => (node instanceof HTMLElement ? [node] : []));

const exhibitTabs = () => all(".lab-tabs > .tab-wrapper [role=tab]");

/** The tabs of the views that are seen. */
const viewTabs = () => all("[role=tab]").filter((tab) => tab.offsetParent);

/** @param {HTMLElement[]} tabs */
const chosen = (tabs) => tabs.find((tab) => tab.ariaSelected === "true")?.dataset.tabId ?? "";

/** The exhibit that is open; "" before there is one. */
export const openExhibit = () => chosen(exhibitTabs());

/** The view of it that is open; "" where it has only one. */
export const openView = () => chosen(viewTabs());

/** The exhibit that a page without a link opens. */
export const firstExhibit = () => exhibitTabs()[0]?.dataset.tabId ?? "";

/**
 * Open an exhibit, and a view of it, as the visitor left it.
 * @param {string} exhibit
 * @param {string} [view]
 */
export async function goTo(exhibit, view) {
  await press(exhibitTabs, exhibit);
  if (view) await press(viewTabs, view);
}

/** @type {(tabs: () => HTMLElement[], name: string) => Promise<void>} */
async function press(tabs, name) {
  for (let frame = 0; frame < FRAMES; frame++) {
    const tab = tabs().find(({ dataset }) => dataset.tabId === name);
    if (tab) return tab.click();
    await new Promise(requestAnimationFrame);
  }
}

/**
 * The view after the open one, or before it; false where there is none.
 * @param {number} by
 */
export function neighbour(by) {
  const tabs = viewTabs();
  const next = tabs[tabs.findIndex((tab) => tab.ariaSelected === "true") + by];
  next?.click();
  return Boolean(next);
}

/** Mark the open exhibit in the header. */
function mark() {
  const exhibit = openExhibit();
  for (const link of all(".lab-header [data-exhibit]")) {
    link.ariaCurrent = link.dataset.exhibit === exhibit ? "page" : null;
  }
  for (const menu of document.querySelectorAll("select.lab-menu")) {
    if (menu instanceof HTMLSelectElement) menu.value = exhibit;
  }
}

/** Bring the tab of the open view to the middle of its bar, where the bar is too narrow for all of them. */
function reveal() {
  const tab = viewTabs().find((one) => one.ariaSelected === "true");
  const bar = tab?.parentElement;
  if (!tab || !bar) return;
  const [own, whole] = [tab, bar].map((node) => node.getBoundingClientRect());
  bar.scrollLeft += own.left + own.width / 2 - whole.left - whole.width / 2;
}

/** @type {(() => void)[]} */
const acts = [mark, reveal];

/**
 * Call back when an exhibit or a view has been opened, the first one once it is drawn.
 * @param {() => void} act
 */
export const whenOpened = (act) => acts.push(act);

function tellOpened() {
  for (const act of acts) act();
}
document.addEventListener("lab-drawn", tellOpened, { once: true });
new MutationObserver(tellOpened).observe(document.body, {
  attributes: true,
  subtree: true,
  attributeFilter: ["aria-selected"],
});
// The tabs of an exhibit come when it is first opened, with one chosen already.
new MutationObserver((changes) => {
  const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
  if (added.some((node) => node instanceof Element && node.querySelector("[role=tab]"))) reveal();
}).observe(document.body, { childList: true, subtree: true });

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-exhibit]") : null;
  if (!(link instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  goTo(link.dataset.exhibit ?? "", link.dataset.view);
});
document.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLSelectElement && target.matches(".lab-menu")) goTo(target.value);
});
