// Binds a widget's folder to the element that Gradio made for it.
import { loadAll } from "./arrays.js";
import { nameCanvas } from "./dom.js";
import { isPresenting } from "./presenter.js";
import { own, say } from "./state.js";
import { onTheme } from "./theme.js";

/** @typedef {{name: string, place: string, text: Record<string, string>, value: () => any}} Mounted */
/** @type {WeakMap<Element, Mounted>} */
const mounts = new WeakMap();

/**
 * What a mounted widget was made of, and the value that it was sent last: to make it again elsewhere.
 * @param {Element} root
 */
export const mountedOn = (root) => mounts.get(root);

/**
 * Show what Python sends to the widget `name` ("patches/cut"), now and whenever it changes.
 * @param {string} name
 * @param {string} place "exhibit/view": what ends without a trace in the exhibit is told to the widget
 * @param {HTMLElement} element
 * @param {{value: any}} props
 * @param {(prop: string, act: () => void) => void} watch
 * @param {Record<string, string>} text
 * @param {(data: import("./lab").Asked) => void} ask
 */
export async function mount(name, place, element, props, watch, text, ask) {
  const root = element.querySelector(".lab-widget");
  if (!(root instanceof HTMLElement)) throw new Error(`the template of ${name} has no .lab-widget`);
  root.inert = true;
  write(root, text);
  /** @type {import("./state.js").Owner} */
  let owner;
  try {
    const { default: widget } = await import(`../${name}/script.js`);
    owner = own(root, widget, text, ask);
    root.dataset.of = place;
    mounts.set(root, { name, place, text, value: () => props.value });
  } catch (error) {
    console.error(error);
    root.classList.add("broken");
    return say(root, text.broken);
  }

  // Gradio may hand out another copy of a value at every look, and send the same one again: `answer` names it.
  let latest = 0;
  /** @type {string | undefined} */
  let shown;
  const show = async () => {
    const { value } = props;
    if (!value || (shown && value.answer === shown)) return;
    latest += 1;
    const mine = latest;
    const run = await loadAll(value).catch(() => null);
    if (mine !== latest) return;
    if (!run) {
      owner.answered();
      return say(root, text.gone);
    }
    shown = value.answer;
    owner.show(run, { answer: value.answer, file: value.file });
  };
  watch("value", show);
  /** @param {Event} event */
  const unanswered = (event) => {
    if (!root.isConnected) removeEventListener("lab-unanswered", unanswered);
    else if (event instanceof CustomEvent && event.detail === place.split("/")[0]) owner.answered();
  };
  addEventListener("lab-unanswered", unanswered);
  onTheme(root, owner.redraw);
  onSize(root, owner.redraw);
  await show();
}

/**
 * What the template asks for: data-text, data-label and data-title name texts; a canvas without a name says nothing.
 * @param {HTMLElement} root
 * @param {Record<string, string>} text
 */
function write(root, text) {
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", text.name ?? text.view);
  /** @type {(kind: string) => [HTMLElement, string][]} */
  const asking = (kind) =>
    [...root.querySelectorAll(`[data-${kind}]`)].map((node) => {
      const asked = /** @type {HTMLElement} */ (node);
      return [asked, text[asked.dataset[kind] ?? ""]];
    });
  for (const [node, sentence] of asking("text")) node.textContent = sentence;
  for (const [node, sentence] of asking("title")) node.title = sentence;
  for (const [node, sentence] of asking("label")) node.setAttribute("aria-label", sentence);
  for (const canvas of root.querySelectorAll("canvas")) nameCanvas(canvas, canvas.getAttribute("aria-label") ?? "");
}

/**
 * Call back when the widget gets another width, also when its tab is opened; in presenter mode also when the window gets
 * another height alone.
 * @param {HTMLElement} root
 * @param {() => void} act
 */
function onSize(root, act) {
  let width = root.clientWidth;
  new ResizeObserver(() => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    if (width) act();
  }).observe(root);
  const onWindow = () => {
    if (!root.isConnected) removeEventListener("resize", onWindow);
    else if (isPresenting() && width && root.clientWidth === width) act();
  };
  addEventListener("resize", onWindow);
}
