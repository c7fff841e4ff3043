// A page without Gradio: mounts one widget as Gradio does, and lets a test send values, set states and take pictures.
import { mount } from "../../assets/widgets/core/mount.js";
import { readingOf, setState, stateOf } from "../../assets/widgets/core/state.js";

const element = /** @type {HTMLElement} */ (document.getElementById("element"));
const root = () => /** @type {HTMLElement} */ (element.querySelector(".lab-widget"));
/** @type {unknown} */
let sent = null;
/** As in Gradio, every look at the value gives another copy. */
const props = {
  get value() {
    return structuredClone(sent);
  },
};
/** @type {() => void} */
let changed = () => {};
/** @type {unknown[]} */
const asked = [];

/** Wait until everything that was asked for is drawn. */
async function settled() {
  for (let frame = 0; frame < 3 || root().ariaBusy; frame++) await new Promise((done) => requestAnimationFrame(done));
}

/**
 * What a widget says and shows, without what differs between two pages that show the same.
 * @returns {Promise<Record<string, unknown>>}
 */
async function picture() {
  await settled();
  const seen = [...root().querySelectorAll("canvas")].filter((canvas) => !canvas.closest("[hidden]"));
  const copy = /** @type {HTMLElement} */ (root().cloneNode(true));
  for (const unseen of copy.querySelectorAll("[hidden], .reading")) unseen.remove();
  const canvases = seen.map((canvas) => canvas.toDataURL());
  return { data: { ...root().dataset }, reading: readingOf(root()), canvases, markup: nameless(copy.innerHTML) };
}

/**
 * Markup without the ids that Plotly invents for each of its charts.
 * @param {string} markup
 */
function nameless(markup) {
  const plots = /** @type {Iterable<any>} */ (root().querySelectorAll(".js-plotly-plot"));
  return [...plots].reduce((left, { _fullLayout }) => left.replaceAll(_fullLayout._uid, ""), markup);
}

const page = {
  asked,
  picture,
  settled,
  state: () => stateOf(root()),
  /** @param {Record<string, unknown>} state */
  async set(state) {
    setState(root(), state);
    await settled();
  },
  /** @param {unknown} value */
  async send(value) {
    sent = value;
    changed();
    await settled();
  },
  /** @param {string} exhibit */
  unanswered(exhibit) {
    dispatchEvent(new CustomEvent("lab-unanswered", { detail: exhibit }));
  },
  /**
   * @param {string} name
   * @param {string} template
   * @param {string} style
   * @param {Record<string, string>} text
   * @param {unknown} value
   */
  async open(name, template, style, text, value) {
    const sheet = document.createElement("style");
    sheet.textContent = `#element { ${style} }`;
    document.head.append(sheet);
    element.append(document.createRange().createContextualFragment(template));
    sent = value;
    const watch = (/** @type {string} */ _, /** @type {() => void} */ act) => {
      changed = act;
    };
    await mount(name, name, element, props, watch, text, (data) => asked.push(["act", data]));
    await settled();
  },
};
Object.assign(window, { page });
