// One wrong token: the output beside what followed once a token in it was another.
import { element, find } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { tokenBar } from "../../draw/distribution.js";
import { thumbPad } from "../../draw/marks.js";
import { format, number, percent } from "../../read/format.js";
import { pieceName } from "../../read/pieces.js";

/** @typedef {import("../../core/lab").WrongRun} Run */
/** @typedef {import("../../core/lab").StrategiesWrongText} Text */
/** position: of the token that is replaced. */
/** @typedef {{position: number}} State */
/** @typedef {State & import("../../core/lab").Pending} Shown */

/** The divergence in nats whose bar is full. */
const MOST = 4;

/** The position whose mistake changes most tokens of what follows. @type {(run: Run) => State} */
function first({ output, mistakes }) {
  const changed = mistakes.map((mistake, position) => {
    const later = mistake?.columns.slice(position + 1) ?? [];
    return later.filter(([at, then]) => output[at] !== mistake?.after[then]).length;
  });
  return { position: changed.indexOf(Math.max(...changed)) };
}

/** @type {(run: Run, token: number, text: Text) => string} */
const nameOf = (run, token, text) => pieceName(run.piece[token], text);

/** @type {(run: Run, state: State, text: Text) => string} */
function outcome(run, { position }, text) {
  const mistake = run.mistakes[position];
  const right = nameOf(run, run.output[position], text);
  if (!mistake) return format(text.only_choice, { token: right, position: position + 1 });
  const details = { right, wrong: nameOf(run, mistake.wrong, text), position: position + 1 };
  if (mistake.changed === null) return format(text.nothing_after, details);
  const later = mistake.divergence.filter((one) => one !== null);
  const largest = later.length ? Math.max(...later) : 0;
  const shared = { ...details, changed: percent(mistake.changed), most: number(largest, 2) };
  return format(mistake.changed ? text.drifted : text.recovered, shared);
}

/** @type {(root: HTMLElement, run: Run, state: State, text: Text, set: import("../../core/lab").SetState<Run, State>) => void} */
function drawOutput(root, run, state, text, set) {
  const box = find(root, ".text-tokens");
  const focused = box.contains(document.activeElement);
  const nodes = run.output.map((token, position) => {
    const name = nameOf(run, token, text);
    const changed = run.mistakes[position]?.changed ?? null;
    const node = element("button", { type: "button", className: "token", textContent: name });
    node.title = format(changed === null ? text.changes_unknown : text.changes, {
      token: name,
      share: percent(changed ?? 0),
    });
    node.style.setProperty("--share", `${100 * (changed ?? 0)}%`);
    node.setAttribute("aria-pressed", String(position === state.position));
    node.onclick = () => set({ position });
    return node;
  });
  box.replaceChildren(...nodes);
  if (focused) nodes[state.position].focus();
}

/** @type {(root: HTMLElement, run: Run, state: State, text: Text) => void} */
function drawAligned(root, run, { position }, text) {
  const mistake = run.mistakes[position];
  const columns = mistake?.columns ?? run.output.map((_, at) => [at, at]);
  const nodes = columns.map(([at, then]) => {
    const [before, after] = [at < 0 ? null : run.output[at], then < 0 ? null : (mistake?.after ?? run.output)[then]];
    const nats = (at >= 0 && mistake?.divergence[at]) || 0;
    const doubt = element("span", { className: "doubt", title: format(text.doubt, { nats: number(nats, 3) }) });
    doubt.style.setProperty("--doubt", `${Math.min(100, (100 * nats) / MOST)}%`);
    const cell = element(
      "div",
      {},
      element("span", { className: "before", textContent: before === null ? "–" : nameOf(run, before, text) }),
      element("span", { className: "after", textContent: after === null ? "–" : nameOf(run, after, text) }),
      doubt,
    );
    cell.className = mistake && at === position ? "put" : before === after ? "same" : "other";
    return cell;
  });
  find(root, ".aligned").replaceChildren(...nodes);
}

/** @type {(root: HTMLElement, run: Run, state: Shown, text: Text, act: import("../../core/lab").Act) => void} */
function drawAlternatives(root, run, { position, pending }, text, act) {
  const wrong = run.mistakes[position]?.wrong;
  const bars = run.alternative[position].map((token, rank) => {
    const own = Math.exp(run.alternative_log_prob[position][rank]);
    const [said, put] = [token === run.output[position], token === wrong];
    const name = nameOf(run, token, text);
    const node = tokenBar({ name, own, now: own, marks: said ? "▶" : put ? "✗" : "" });
    const label = format(text.put, { token: name });
    const swap = () => act("swap", { swaps: [[position, 0, run.piece_id[token]]] });
    const button = element("button", {
      type: "button",
      textContent: "✗",
      ariaLabel: label,
      title: label,
      onclick: swap,
    });
    button.disabled = said || put || Boolean(pending);
    node.append(button);
    return node;
  });
  find(root, ".token-bars").replaceChildren(...bars);
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => (run.output.join() === before.output.join() ? state : first(run)),

  build: (root, text, set, act) => {
    const arrows = (/** @type {number} */ _, /** @type {number} */ right) =>
      set((state, run) => {
        const position = state.position + right;
        return position >= 0 && position < run.output.length ? { position } : null;
      });
    bindKeys(root, { arrows, BracketLeft: () => arrows(0, -1), BracketRight: () => arrows(0, 1) });
    find(root, ".legend").before(thumbPad(text, arrows));
    return (run, state) => {
      drawOutput(root, run, state, text, set);
      drawAligned(root, run, state, text);
      drawAlternatives(root, run, state, text, act);
      const token = nameOf(run, run.output[state.position], text);
      find(root, ".aligned-title").textContent = format(text.aligned, { position: state.position + 1, token });
      find(root, ".at").textContent = format(text.at, { position: state.position + 1 });
      find(root, ".says").textContent = outcome(run, state, text);
      const mistake = run.mistakes[state.position];
      return { changed: mistake?.changed ?? -1, wrong: mistake ? run.piece[mistake.wrong] : "" };
    };
  },

  read: (run, state, text) => outcome(run, state, text),
};
