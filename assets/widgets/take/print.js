// Printing the page gives a hand-out of the open view: its sheet alone, in light colours, with what it shows in words.
import { element } from "../core/dom.js";
import { readingOf } from "../core/state.js";
import { sheetOf, shownView, stylesReach, widgetsOf } from "./view.js";

/** Pixels of the page's layout on the width of a sheet of paper; assets/print.css says the same. */
const WIDTH = 960;

/** @type {(words: () => import("./view.js").Words) => void} */
export function printsOpenView(words) {
  /** @type {HTMLElement | null} */
  let sheet = null;
  let classes = "";
  addEventListener("beforeprint", () => {
    const view = shownView();
    if (!view) return;
    classes = document.body.className;
    sheet = sheetOf(view, words());
    const readings = widgetsOf(view).map(({ root }) => element("p", { textContent: readingOf(root) }));
    sheet.querySelector("footer")?.before(...readings);
    for (const plot of sheet.querySelectorAll(".plot")) fit(/** @type {HTMLElement} */ (plot));
    document.body.classList.remove("dark", "lab-presenter");
    document.body.classList.add("lab-printing");
    stylesReach().append(sheet);
  });
  addEventListener("afterprint", () => {
    if (sheet) document.body.className = classes;
    sheet?.remove();
    sheet = null;
  });
}

/** @param {HTMLElement} plot A chart has the width that it had on the page. */
function fit(plot) {
  const width = Number(plot.querySelector(".main-svg")?.getAttribute("width"));
  if (width > WIDTH) plot.style.setProperty("zoom", String(WIDTH / width));
}
