// Presenter mode: one view fills the screen, in type that the back row can read. What is to be predicted can be covered.

/** The height, in CSS pixels, that every view is laid out for: type of 14 is then 1/50 of the screen's height. */
const HEIGHT = 700;

/** Whether the views have the whole page. */
export const isPresenting = () => document.body.classList.contains("lab-presenter");

/** As the visitor left it. */
export function restorePresenter() {
  setPresenter(localStorage.getItem("lab-presenter") === "true");
}

export const switchPresenter = () => setPresenter(!isPresenting());

/** @param {boolean} on */
function setPresenter(on) {
  localStorage.setItem("lab-presenter", String(on));
  document.body.classList.toggle("lab-presenter", on);
  if (!on) document.body.classList.remove("lab-covered");
  fit();
}

/** Enlarge the page to the height of the screen. */
function fit() {
  const zoom = isPresenting() ? Math.max(1, innerHeight / HEIGHT) : 1;
  document.documentElement.style.setProperty("--lab-zoom", String(zoom));
}
addEventListener("resize", fit);

/** How much larger than written everything on the page is. */
export const zoom = () => Number(document.documentElement.style.getPropertyValue("--lab-zoom")) || 1;

/** Pixels of the screen from the top of a view down to the screen's end, less a margin. */
export const viewHeight = () => innerHeight - 64 * zoom();

/** Cover what is to be predicted, or uncover it. */
export const switchCover = () => document.body.classList.toggle("lab-covered");
