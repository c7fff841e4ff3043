// The page around the exhibits: its buttons, its keys, what it remembers of the visitor.
import { copyLink, write } from "./address.js";
import { isTyping, setShortcuts, shortcuts } from "./keys.js";
import { neighbour, whenOpened } from "./navigation.js";
import { isPresenting, restorePresenter, switchCover, switchPresenter } from "./presenter.js";
import { restart } from "./state.js";
import { restoreTheme, switchTheme } from "./theme.js";

const duties = {
  theme: switchTheme,
  presenter: switchPresenter,
  cover: switchCover,
  link: copyLink,
  restart: () => {
    for (const root of document.querySelectorAll(".lab-widget[data-of]")) {
      if (root instanceof HTMLElement && root.offsetParent) restart(root);
    }
  },
  language: () => {
    const link = document.querySelector(".lab-language");
    if (link instanceof HTMLElement) link.click();
  },
  keys: () => {
    const list = keyList();
    if (list?.open) list.close();
    else list?.showModal();
  },
  controls: () => unfold(!document.body.classList.contains("lab-controls")),
};

/** Whether a phone shows the controls. @param {boolean} open */
function unfold(open) {
  document.body.classList.toggle("lab-controls", open);
  for (const button of document.querySelectorAll("[data-lab=controls]")) button.ariaExpanded = String(open);
}

/** What starts a run among the controls: on a phone the figure that it makes is shown. */
const STARTS = ".controls :is(button.primary, .gallery-item)";

/** @type {Record<string, keyof typeof duties>} */
const KEYS = { KeyT: "theme", KeyF: "presenter", KeyL: "language", KeyB: "cover", KeyR: "restart", KeyH: "keys" };

/** What a clicker sends: forward and back. */
const CLICKS = { PageDown: 1, ArrowRight: 1, PageUp: -1, ArrowLeft: -1 };

function keyList() {
  const list = document.querySelector(".lab-keys");
  return list instanceof HTMLDialogElement ? list : null;
}

/** @param {keyof typeof duties | undefined} duty */
function act(duty) {
  if (duty) duties[duty]?.();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat || isTyping(event)) return;
  const duty = KEYS[event.code];
  if (duty && shortcuts()) return act(duty);
  const by = CLICKS[/** @type {keyof typeof CLICKS} */ (event.code)];
  const free = !(event.target instanceof Element) || event.target.matches("body, [role=tab], .lab-widget");
  if (by && isPresenting() && free && neighbour(by)) event.preventDefault();
});

document.addEventListener("click", ({ target }) => {
  if (!(target instanceof Element)) return;
  const other = target.closest(".lab-language");
  if (other instanceof HTMLAnchorElement) keepLanguage(other);
  const button = target.closest("[data-lab]");
  if (button instanceof HTMLElement) act(/** @type {keyof typeof duties} */ (button.dataset.lab));
  if (target.closest(".lab-close")) keyList()?.close();
  if (target.closest(STARTS)) unfold(false);
});

document.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLInputElement && target.matches(".lab-shortcuts")) setShortcuts(target.checked);
});

/**
 * The page of the other language shows the same, and is the one that the lab opens with from now on.
 * @param {HTMLAnchorElement} other
 */
function keepLanguage(other) {
  localStorage.setItem("lab-language", other.hreflang);
  write();
  other.hash = location.hash;
}

/** What the header says of the page, once it is there. */
function readHeader() {
  const header = document.querySelector(".lab-header");
  if (!(header instanceof HTMLElement)) return;
  document.documentElement.lang = header.lang;
  document.documentElement.style.setProperty("--lab-cover", JSON.stringify(header.dataset.cover));
  const box = header.querySelector(".lab-shortcuts");
  if (box instanceof HTMLInputElement) box.checked = shortcuts();
}

restoreTheme();
restorePresenter();
whenOpened(readHeader);
