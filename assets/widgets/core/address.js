// The address of what one sees: #exhibit/view?input=text&state={…}. Links come in by the exhibits' doors.
import { format, parse } from "../read/link.js";
import { sayInHeader } from "./dom.js";
import { firstExhibit, goTo, openExhibit, openView, whenOpened } from "./navigation.js";
import { keep, kept } from "./photos.js";
import { changesOf, setState } from "./state.js";
import { whenBack } from "./stream.js";

/** @typedef {import("./lab").Json} Json */
/** @typedef {import("./lab").ViewRecord} ViewRecord */
/** @typedef {import("../read/link.js").Link} Link */
/**
 * What an exhibit says: its open view, what was asked that a page without a link would not ask, the files of the
 * visitor's photos by input, the record of the view; `opened` is new each time that a view is opened.
 * @typedef {{
 *   view: string,
 *   asked: Record<string, string>,
 *   files: Record<string, string>,
 *   record?: ViewRecord,
 *   opened?: string,
 * }} Told
 */
/** @typedef {{view: string, asked: Record<string, Json>} | ({view: string} & import("./lab").Asked) | {again: true}} Act */
/** @typedef {{told: Told | null, act: (asked: Act) => void}} Door */

/** The name of the start page among the exhibits. */
const START = "start";
/** Before the digest of a visitor's photo, which a link names and does not hold. */
const OWN = "own-";
/** Milliseconds of rest before the address is written anew. */
const REST = 200;
/** Milliseconds that a link may take; the address stays as it is until then. */
const PATIENCE = 60_000;

/** @type {Map<string, Door>} */
const doors = new Map();
/** @type {Link | null} */
let wanted = null;
/** The link that the server is asked for now: one at a time, so that answers cannot overtake one another.
 * @type {Link | null} */
let sent = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let given;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let resting;

/**
 * The door of an exhibit: what the server tells of it, and how it is asked for what a link says.
 * @param {string} exhibit
 * @param {{value: Told | null | ""}} props
 * @param {(prop: string, act: () => void) => void} watch
 * @param {(asked: Act) => void} act
 */
export function door(exhibit, props, watch, act) {
  /** @type {Door} */
  const made = { told: null, act };
  doors.set(exhibit, made);
  watch("value", () => {
    if (!props.value) return;
    const before = made.told;
    made.told = props.value;
    if (sent?.exhibit === exhibit && made.told.opened && made.told.opened !== before?.opened) answered(sent);
    const open = wanted?.exhibit === exhibit && !sent && widget(exhibit, wanted.view);
    if (open && open.dataset.file !== undefined && before && showsTheSame(before, made.told)) applyState(open);
    for (const [name, file] of Object.entries(made.told.files)) keepFile(made.told.asked[name], file);
    later();
  });
  if (wanted?.exhibit === exhibit) go(wanted);
}

/**
 * What a widget asks the server for goes through its exhibit's door.
 * @param {string} place "exhibit/view"
 * @param {import("./lab").Asked} data
 */
export function ask(place, data) {
  const [exhibit, view] = place.split("/");
  doors.get(exhibit)?.act({ view, ...data });
}

/** @param {string | undefined} text @param {string} file */
function keepFile(text, file) {
  if (text?.startsWith(OWN)) keep(text, file);
}

/** Whether nothing is drawn anew. @param {Told} before @param {Told} now */
const showsTheSame = (before, now) =>
  before.view === now.view && JSON.stringify(before.asked) === JSON.stringify(now.asked);

/** Give a widget the state of the link that is on its way. @param {HTMLElement} root */
function applyState(root) {
  if (!wanted?.state) return;
  const { state } = wanted;
  wanted.state = null;
  setState(root, state);
}

/** @param {Link} link */
function answered(link) {
  sent = null;
  if (wanted && wanted !== link) send(wanted);
}

/** @param {Link} link */
function go(link) {
  wanted = link;
  clearTimeout(given);
  given = setTimeout(() => {
    wanted = null;
    sent = null;
    later();
  }, PATIENCE);
  if (!sent) send(link);
}

/** @param {Link} link */
async function send(link) {
  sent = link;
  const asked = { ...link.asked };
  for (const [name, text] of Object.entries(asked)) {
    if (typeof text === "string" && text.startsWith(OWN)) asked[name] = (await kept(text)) ?? text;
  }
  doors.get(link.exhibit)?.act({ view: link.view, asked });
}

/**
 * The exhibit and the view that are open, and what was told of the exhibit; null before anything was.
 * @returns {{exhibit: string, view: string, told: Told} | null}
 */
export function opened() {
  const exhibit = openExhibit();
  const told = doors.get(exhibit)?.told;
  return told ? { exhibit, view: openView() || told.view, told } : null;
}

/**
 * The widget of a view; null where it has none.
 * @param {string} exhibit
 * @param {string} view
 */
function widget(exhibit, view) {
  const found = document.querySelector(`.lab-widget[data-of="${exhibit}/${view}"]`);
  return found instanceof HTMLElement && found.offsetParent ? found : null;
}

function later() {
  clearTimeout(resting);
  resting = setTimeout(write, REST);
}

/** Write the address; while a link is on its way that of the link stays. A new view is a new entry of the history. */
export function write() {
  const now = opened();
  if (wanted && !doors.has(wanted.exhibit)) {
    say("unknown");
    wanted = null;
    sent = null;
  }
  if (!now || (wanted && !arrived(now))) return;
  wanted = null;
  const { exhibit, view, told } = now;
  const root = widget(exhibit, view);
  const hash = format({ exhibit, view, asked: told.asked, state: root && changesOf(root) });
  if (hash === location.hash) return;
  const before = parse(location.hash);
  const same = before ? before.exhibit === exhibit && before.view === view : exhibit === firstExhibit();
  history[same ? "replaceState" : "pushState"](null, "", location.pathname + location.search + hash);
}

/** @param {{exhibit: string, view: string}} now */
const arrived = ({ exhibit, view }) =>
  wanted?.exhibit === exhibit && (!wanted.view || wanted.view === view) && !wanted.state;

document.addEventListener("lab-drawn", ({ target }) => {
  if (!(target instanceof HTMLElement)) return;
  if (wanted && target.dataset.of === `${wanted.exhibit}/${wanted.view}`) applyState(target);
  later();
});
document.addEventListener("click", ({ target }) => {
  if (!(target instanceof Element) || !target.closest("[role=tab]")) return;
  wanted = null; // the visitor goes elsewhere: the server opens what a link names without a click
  later();
});
addEventListener("popstate", () =>
  go(parse(location.hash) ?? { exhibit: firstExhibit(), view: "", asked: {}, state: null }),
);
whenOpened(later);
doors.set(START, { told: { view: "", asked: {}, files: {} }, act: openStart });
wanted = parse(location.hash);
if (wanted?.exhibit === START) go(wanted);

/** A server that was started anew gets the visitor's photos again, and is told what is seen here. */
whenBack(async () => {
  for (const { told } of doors.values()) {
    for (const name of Object.keys(told?.files ?? {})) await kept(told?.asked[name] ?? "");
  }
  doors.get(openExhibit())?.act({ again: true });
});

/** The start page asks the server for nothing. */
async function openStart() {
  await goTo(START);
  if (sent) answered(sent);
}

/**
 * One of the header's sentences about links.
 * @param {"copied" | "own" | "denied" | "unknown"} which
 */
const say = (which) => sayInHeader(({ dataset }) => dataset[which] ?? "");

/** Copy the address, and say so. */
export async function copyLink() {
  write();
  const own = Object.values(opened()?.told.asked ?? {}).some((text) => text.startsWith(OWN));
  try {
    await navigator.clipboard.writeText(location.href);
    say(own ? "own" : "copied");
  } catch {
    say("denied");
  }
}
