// The state of every mounted widget: one owner, plain JSON, to be read and set from outside.
import { element } from "./dom.js";
import { isPresenting } from "./presenter.js";

/** @typedef {import("./lab").Widget<any, any, any>} AnyWidget */
/** @typedef {import("./lab").State} State */
/**
 * The value that a run came in: its id, and the file of its arrays.
 * @typedef {{answer?: string, file?: string}} Source
 */
/**
 * @typedef {{
 *   show: (run: any, source: Source) => void,
 *   redraw: () => void,
 *   replace: (state: State) => void,
 *   restart: () => void,
 *   reading: () => string,
 *   answered: () => void,
 *   state: () => State | null,
 *   changes: () => State,
 * }} Owner
 */

/** Milliseconds of rest before a screen reader hears what is shown now. */
const REST = 500;

/** @type {WeakMap<Element, Owner>} */
const owners = new WeakMap();

/**
 * The state of a mounted widget as plain JSON: for a link, a tour, an export, a test. null before its first run.
 * @param {Element} root
 * @returns {State | null}
 */
export const stateOf = (root) => ownerOf(root).state();

/**
 * Show a state that stateOf gave, here or on another page that shows the same run.
 * @param {Element} root
 * @param {State} state
 */
export const setState = (root, state) => ownerOf(root).replace(state);

/**
 * Start over: what one sees before touching anything.
 * @param {Element} root
 */
export const restart = (root) => ownerOf(root).restart();

/**
 * What of its state is not what one sees first: for an address.
 * @param {Element} root
 * @returns {State}
 */
export const changesOf = (root) => ownerOf(root).changes();

/**
 * What is shown now, as a sentence.
 * @param {Element} root
 * @returns {string}
 */
export const readingOf = (root) => ownerOf(root).reading();

/** @param {Element} root */
function ownerOf(root) {
  const owner = owners.get(root);
  if (!owner) throw new Error("no widget is mounted here");
  return owner;
}

/**
 * The owner of one widget's state. It draws at most once a frame; what throws leaves the last good run and state.
 * @param {HTMLElement} root
 * @param {AnyWidget} widget
 * @param {any} text
 * @param {(data: import("./lab").Asked) => void} ask
 * @returns {Owner}
 */
export function own(root, widget, text, ask) {
  const region = element("p", { className: "reading", ariaLive: "polite" });
  root.append(region);
  /** @type {any} */
  let run = null;
  /** @type {State | null} */
  let state = null;
  /** @type {Source} */
  let source = {};
  /** @type {{run: any, state: State, source: Source} | null} */
  let good = null;
  let frame = 0;
  let asked = 0;
  /** Whether the state that is drawn comes from elsewhere. */
  let linked = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let rest;

  /** @type {import("./lab").SetState<any, any>} */
  const set = (change) => {
    if (!run || !state) return false;
    try {
      const partial = typeof change === "function" ? change(state, run) : change;
      if (!partial || sameAs(partial, state)) return false;
      state = { ...state, ...partial };
      redraw();
      return true;
    } catch (error) {
      recover(error);
      return false;
    }
  };
  /** @type {import("./lab").Act} */
  const act = (action, values) => {
    asked += 1;
    set({ pending: true });
    ask({ action, values, answer: source.answer ?? "", count: asked });
  };
  const redraw = () => {
    if (!frame && run) frame = requestAnimationFrame(paint);
  };

  const paint = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    if (!run || !state) return;
    const drawn = { run, state, source };
    try {
      const numbers = draw(run, state);
      if (!(numbers instanceof Promise)) return done(drawn, numbers);
      const current = () => drawn.state === state && drawn.run === run;
      root.setAttribute("aria-busy", "true");
      numbers.then(
        (later) => current() && done(drawn, later),
        (error) => current() && recover(error),
      );
    } catch (error) {
      recover(error);
    }
  };

  /** @type {(drawn: {run: any, state: State, source: Source}, numbers: import("./lab").Numbers) => void} */
  const done = (drawn, numbers) => {
    good = drawn;
    say(root, "");
    root.inert = false;
    root.removeAttribute("aria-busy");
    root.classList.remove("broken");
    writeData(root, { ...drawn.state, ...numbers, file: drawn.source.file ?? "" });
    root.dispatchEvent(new CustomEvent("lab-drawn", { bubbles: true }));
    clearTimeout(rest);
    rest = setTimeout(() => {
      region.textContent = reading();
    }, REST);
  };

  /** @param {unknown} error */
  const recover = (error) => {
    console.error(error);
    cancelAnimationFrame(frame);
    frame = 0;
    if (good) good = { ...good, state: { ...good.state, pending: false } };
    ({ run, state, source } = good ?? { run: null, state: null, source: {} });
    try {
      const again = good && draw(good.run, good.state);
      if (again instanceof Promise) again.catch(console.error);
    } catch {
      good = null;
    }
    root.classList.toggle("broken", !good);
    root.inert = !good;
    root.removeAttribute("aria-busy");
    const failed = linked ? text.unfit : text.failed;
    say(root, good ? failed : text.broken);
  };

  const reading = () => {
    if (!good) return "";
    try {
      return widget.read(good.run, good.state, text);
    } catch (error) {
      console.error(error);
      return "";
    }
  };

  /** @type {(next: any, from: Source) => void} */
  const show = (next, from) => {
    try {
      const kept = good ? widget.keep({ ...good.state, pending: false }, next, good.run) : first(next);
      [run, state, source] = [next, { pending: false, ...kept }, from];
    } catch (error) {
      return recover(error);
    }
    paint();
  };

  /** @param {State} next */
  const replace = (next) => {
    if (!run) throw new Error("there is no run yet");
    linked = true;
    try {
      state = { ...widget.keep({ ...widget.first(run), ...next }, run, run), pending: false };
      paint();
    } catch (error) {
      recover(error);
    }
    linked = false;
  };

  /**
   * What one sees first; in presenter mode a film starts before its outcome.
   * @param {any} next
   * @returns {State}
   */
  const first = (next) => {
    /** @type {State} */
    const begin = widget.first(next);
    return isPresenting() && "step" in begin ? { ...begin, step: 0 } : begin;
  };

  const again = () => {
    if (run) set({ ...first(run), pending: false });
  };

  const stateNow = () => {
    if (!state) return null;
    const { pending: _, ...rest } = state;
    return JSON.parse(JSON.stringify(rest));
  };

  const changes = () => {
    if (!run || !state) return {};
    const begin = widget.first(run);
    return Object.fromEntries(
      Object.entries(stateNow() ?? {}).filter(([name, value]) => !sameAs({ [name]: value }, begin)),
    );
  };

  const draw = widget.build(root, text, set, act);
  const answered = () => {
    if (state?.pending) set({ pending: false });
  };
  const owner = { show, redraw, replace, restart: again, reading, answered, state: stateNow, changes };
  owners.set(root, owner);
  return owner;
}

/** @type {(partial: State, state: State) => boolean} */
const sameAs = (partial, state) =>
  Object.entries(partial).every(([name, value]) => JSON.stringify(value) === JSON.stringify(state[name]));

/**
 * One sentence above the widget about what went wrong; none for "".
 * @param {HTMLElement} root
 * @param {string} sentence
 */
export function say(root, sentence) {
  root.querySelector(":scope > .trouble")?.remove();
  if (sentence) root.prepend(element("p", { className: "trouble", role: "alert", textContent: sentence }));
}

/**
 * The state and the numbers of a drawing as data-* attributes: yes and no for booleans, JSON for objects.
 * @param {HTMLElement} root
 * @param {Record<string, unknown>} data
 */
function writeData(root, data) {
  for (const [name, value] of Object.entries(data)) {
    if (value === undefined) continue;
    root.dataset[name] = asAttribute(value);
  }
}

/** @param {unknown} value */
function asAttribute(value) {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
