// The header's menu: everything that one can take away of the view that is open.

import { opened } from "../core/address.js";
import { element, sayInHeader } from "../core/dom.js";
import { readingOf } from "../core/state.js";
import { printsOpenView } from "./print.js";
import { shownView, today, widgetsOf } from "./view.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {import("./view.js").Words} Words */

/** @type {Record<string, (view: View, words: Words) => Promise<Blob>>} */
const FILES = {
  png: async (...view) => (await import("./picture.js")).pngOf(...view),
  svg: async (...view) => (await import("./picture.js")).svgOf(...view),
  json: async (view) => (await import("./numbers.js")).numbersOf(view),
  html: async (...view) => (await import("./web_page.js")).webPageOf(...view),
};

/** Milliseconds that a view may take until it is drawn, and between two looks at it. */
const PATIENCE = 30_000;
const REST = 200;

const menu = () => /** @type {HTMLElement | null} */ (document.getElementById("lab-take"));

/** @returns {Words} */
const words = () => JSON.parse(menu()?.dataset.words ?? "{}");

/** @param {string} sentence */
const say = (sentence) => sayInHeader(() => sentence);

/** The view that is open, once it is drawn; null where that takes long. */
async function drawnView() {
  for (const end = performance.now() + PATIENCE; performance.now() < end; ) {
    const view = shownView();
    if (view) return view;
    await new Promise((rest) => setTimeout(rest, REST));
  }
  return null;
}

/** @param {string} kind */
async function take(kind) {
  const now = opened();
  if (now && !now.told.record) return say(words().start); // the start page
  say(words().busy);
  const view = await drawnView();
  say("");
  if (!view) return say(words().wait);
  if (kind === "print") return print();
  if (kind === "code") return showCode(view);
  say(words().busy);
  try {
    const blob = await FILES[kind](view, words());
    const download = `attention-lab-${view.exhibit}-${view.view}-${today()}.${kind}`;
    const href = URL.createObjectURL(blob);
    element("a", { href, download }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
    say("");
  } catch (error) {
    console.error(error);
    say(words().failed);
  }
}

/**
 * The code that computes what the view shows, and below it what that is, in words.
 * @param {View} view
 */
function showCode(view) {
  const readings = widgetsOf(view).map(({ root }) => `# ${readingOf(root)}`.replaceAll("\n", " "));
  const code = [view.record.code.trimEnd(), ...readings].join("\n");
  const copy = element("button", { type: "button", textContent: words().copy });
  const close = element("button", { type: "button", textContent: words().close });
  const dialog = element(
    "dialog",
    { className: "lab-code" },
    element("pre", { textContent: code, tabIndex: 0 }),
    copy,
    close,
  );
  dialog.setAttribute("aria-label", words().code);
  copy.onclick = async () => {
    await navigator.clipboard.writeText(code).then(
      () => {
        copy.textContent = words().copied;
      },
      () => getSelection()?.selectAllChildren(dialog.children[0]),
    );
  };
  close.onclick = () => dialog.close();
  dialog.onclose = () => dialog.remove();
  menu()?.after(dialog);
  dialog.showModal();
}

document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element && target.closest("[data-take]");
  if (!(button instanceof HTMLElement)) return;
  menu()?.hidePopover();
  take(button.dataset.take ?? "");
});
printsOpenView(words);
