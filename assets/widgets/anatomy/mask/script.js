// The mask, felt: what a changed token moves with the causal mask, and what without it.
import { element, find, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { buttonGroup } from "../../draw/choices.js";
import { thumbPad } from "../../draw/marks.js";
import { labelledMatrix } from "../../draw/matrix.js";
import { format, number, percent, word } from "../../read/format.js";
import { brightness, changeAt, changesOf, differenceText, isStill, lossOf } from "../../read/known_output.js";
import { pieceName } from "../../read/pieces.js";
import { drawPieces } from "../pieces.js";

/** @typedef {import("../../core/lab").MaskRun} Run */
/** @typedef {import("../../core/lab").AnatomyMaskText} Text */
/** @typedef {"causal" | "bidirectional"} Kind */
/**
 * changed: the row, token `changed` + 1 of those that are read; position: the prediction that is read.
 * @typedef {{changed: number, position: number, pinned: boolean}} State
 */
/** @typedef {import("../../core/lab").SetState<Run, State>} Set */

/** @type {readonly Kind[]} */
const KINDS = ["causal", "bidirectional"];
const REMOVED = -1;

/** @type {(run: Run) => State} */
function first(run) {
  const changed = run.edit.length ? run.edit[0] - 1 : Math.floor((run.options.length - 1) / 2);
  return { changed, position: changed + 1, pinned: false };
}

/** @type {(run: Run, changed: number, text: Text) => {token: string, other: string | null}} */
function replaced(run, changed, text) {
  const name = (/** @type {number} */ at) => pieceName(run.piece[at], text);
  const other = run.replacement[changed];
  return { token: name(run.read[changed + 1]), other: other === REMOVED ? null : name(other) };
}

/** Tokens are counted from 1; a start token is none. @type {(run: Run, changed: number, text: Text) => string} */
function changeLine(run, changed, text) {
  const { token, other } = replaced(run, changed, text);
  const position = changed + (run.source.length ? 1 : 2);
  return format(other === null ? text.change_removed : text.change, { token, other, position });
}

/** @type {(run: Run, kind: Kind, state: State, text: Text) => string} */
function cellLine(run, kind, { changed, position }, text) {
  const { difference, token, probability, after, afterProbability } = changeAt(run, kind, changed, position);
  const details = { position: position + 1, token: pieceName(token, text), probability: percent(probability) };
  if (after === null) return format(text.cell_absent, details);
  if (position <= changed && isStill(difference)) return format(text.cell_still, details);
  return format(after === token ? text.cell_same : text.cell, {
    ...details,
    difference: differenceText(difference),
    after: pieceName(after, text),
    then_probability: percent(afterProbability),
  });
}

/**
 * What may be changed, and into what. Returns what draws it.
 * @type {(root: HTMLElement, text: Text, set: Set, act: import("../../core/lab").Act) =>
 *   (run: Run, state: State & import("../../core/lab").Pending) => void}
 */
function choices(root, text, set, act) {
  let changed = 0;
  const drawReads = buttonGroup(find(root, ".reads"), text.reads, (/** @type {number} */ at) =>
    set({ changed: at, position: at + 1, pinned: true }),
  );
  const drawOptions = buttonGroup(find(root, ".options"), text.remove, (/** @type {number} */ id) =>
    act("change", { edit: [changed + 1, id] }),
  );
  return (run, state) => {
    changed = state.changed;
    const { token } = replaced(run, changed, text);
    const options = run.options[changed].map(({ token: at, id, probability }) => ({
      value: id,
      label: pieceName(run.piece[at], text),
      small: ` ${percent(probability)}`,
    }));
    const now = run.options[changed].find(({ token: at }) => at === run.replacement[changed])?.id ?? REMOVED;
    find(root, ".start").textContent = run.source.length ? text.start : pieceName(run.piece[run.read[0]], text);
    find(root, ".in-place").textContent = format(text.in_place, { token });
    drawReads(
      run.read.slice(1).map((at, value) => ({ value, label: pieceName(run.piece[at], text) })),
      changed,
    );
    drawOptions([...options, { value: REMOVED, label: text.remove }], now, Boolean(state.pending));
  };
}

/** @type {(logProb: (number | null)[], text: Text) => string} */
const lossSaid = (logProb, text) => format(text.loss, { loss: number(lossOf(logProb), 3) });

/** The training pass: below what is read what is right there, its probability and its loss.
 * @type {(root: HTMLElement, text: Text) => (run: Run, state: State) => number | null} */
function forced(root, text) {
  const box = find(root, ".forced");
  const onRun = whenChanged();
  return (run, { position }) => {
    const { log_prob } = run;
    onRun([run], () => {
      for (const node of box.querySelectorAll("[data-outcome]")) node.remove();
      const row = (/** @type {string} */ label, /** @type {string[]} */ words, /** @type {number} */ at) =>
        ["b", ...words].map((one, column) => {
          const cell = column ? element("span", { textContent: one }) : element("b", { textContent: label });
          cell.dataset.outcome = "";
          cell.dataset.column = String(column - 1);
          cell.style.gridRow = String(at);
          return cell;
        });
      if (!log_prob) return;
      const shares = log_prob.map((one) => Math.exp(one ?? 0));
      box.append(
        ...row(
          text.right,
          run.says.map((at) => pieceName(run.piece[at], text)),
          2,
        ),
        ...row(text.probability, shares.map(percent), 3),
        ...row(
          lossSaid(log_prob, text),
          log_prob.map((one) => number(-(one ?? 0), 3)),
          4,
        ),
      );
    });
    for (const node of box.querySelectorAll("[data-column]")) {
      node.className = node.getAttribute("data-column") === String(position) ? "now" : "";
    }
    return log_prob && lossOf(log_prob);
  };
}

/**
 * @type {(root: HTMLElement, kind: Kind, text: Text, set: Set) => (run: Run, state: State) => number}
 */
function panel(root, kind, text, set) {
  const box = find(root, `section.${kind}`);
  const draw = labelledMatrix(find(box, ".matrix"), {
    point: ({ row, column }) => set(({ pinned }) => (pinned ? null : { changed: row, position: column })),
    pick: ({ row, column }) =>
      set((state) => {
        const same = state.pinned && state.changed === row && state.position === column;
        return { changed: row, position: column, pinned: !same };
      }),
  });
  return (run, state) => {
    const changes = changesOf(run, kind, state.changed);
    const width = run.says.length;
    const rows = run.options.map((_, at) =>
      Float32Array.from(run.arrays[`${kind}_difference`].subarray(at * width, (at + 1) * width), brightness),
    );
    const queries = run.options.map((_, at) => {
      const { token, other } = replaced(run, at, text);
      return format(other === null ? text.row_removed : text.row, { token, other });
    });
    const keys = run.says.map((at) => pieceName(run.piece[at], text));
    const matrix = { rows, size: /** @type {const} */ ([rows.length, width]), queries, keys, most: 1 };
    draw(matrix, { row: state.changed, column: state.position }, word(text, "matrix_", kind));
    drawPieces(find(box, ".plain"), text.before, changes, "token", state.position, text);
    drawPieces(find(box, ".then"), text.then, changes, "after", state.position, text);
    const bars = find(box, ".bars");
    bars.style.setProperty("--columns", String(width));
    bars.replaceChildren(
      ...changes.map(({ difference }) => {
        const bar = element("span", { title: differenceText(difference || 0) });
        bar.style.setProperty("--share", String(difference || 0));
        return bar;
      }),
    );
    find(box, ".readout").textContent = cellLine(run, kind, state, text);
    return changes[state.position].difference;
  };
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) =>
    run === before || JSON.stringify([run.model, run.read]) === JSON.stringify([before.model, before.read])
      ? state
      : first(run),

  build: (root, text, set, act) => {
    const drawChoices = choices(root, text, set, act);
    const drawForced = forced(root, text);
    const panels = KINDS.map((kind) => ({ kind, draw: panel(root, kind, text, set) }));
    const arrows = (/** @type {number} */ down, /** @type {number} */ right) =>
      set((state, run) => {
        const [changed, position] = [state.changed + down, state.position + right];
        const inside = changed >= 0 && changed < run.options.length && position >= 0 && position < run.says.length;
        return inside ? { changed, position, pinned: true } : null;
      });
    bindKeys(root, { Escape: () => set({ pinned: false }), arrows });
    find(root, ".legend").before(thumbPad(text, arrows));
    return (run, state) => {
      drawChoices(run, state);
      const loss = drawForced(run, state);
      return { loss, ...Object.fromEntries(panels.map(({ kind, draw }) => [kind, draw(run, state)])) };
    };
  },

  read: (run, state, text) => {
    const said = format(text.reading, {
      change: changeLine(run, state.changed, text),
      ...Object.fromEntries(KINDS.map((kind) => [kind, cellLine(run, kind, state, text)])),
    });
    return run.log_prob ? `${said} ${lossSaid(run.log_prob, text)}` : said;
  },
};
