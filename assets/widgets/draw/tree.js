// The tree of a beam search: a column for each decoder call, a lane for each running hypothesis, the rest below.
import { element, svgElement, whenChanged } from "../core/dom.js";
import { word } from "../read/format.js";
import { pieceName } from "../read/pieces.js";
import { alive, ancestry, isForced, logNumber, others, outcome, path } from "../read/search.js";
import { pointing } from "./tokens.js";

/** @typedef {import("../core/lab").Search} Search */
/** @typedef {import("../core/lab").Force} Force */
/** @typedef {import("../core/lab").Candidate} At */
/** @typedef {At & {node: HTMLElement, edge: SVGElement}} Drawn */
/** @typedef {ReturnType<typeof outcome>} Outcome */
/** @typedef {{start: string, more: string, end: string, mask: string} & Record<`fate_${Outcome}`, string>} TreeText */

/** Pixels; a discarded token is 24 high, to be tapped, with a gap of 2. */
const [COLUMN, WIDTH, SMALL, GAP, TOP, FIRST] = [102, 80, 26, 2, 22, 50];

const keyOf = (/** @type {At} */ { step, candidate }) => `${step}:${candidate}`;
const leftOf = (/** @type {number} */ step) => FIRST + step * COLUMN;
const px = (/** @type {number} */ length) => `${length}px`;

/**
 * Draws in `box`, below the lanes at most `most` candidates a call, unless all are wanted; on.point and on.pick get
 * {step, candidate}, on.more is told when all candidates, or few, are wanted.
 * Returns draw(search, forces, {calls, chosen, all}): after how many calls, which candidate (step -1: none).
 * @param {HTMLElement} box
 * @param {TreeText} text
 * @param {{point: (at: At) => void, pick: (at: At) => void, more: () => void}} on
 * @param {number} most
 */
export function tree(box, text, on, most) {
  const svg = svgElement("svg", { "aria-hidden": "true" });
  const space = element("div", { className: "space" });
  box.replaceChildren(space);
  /** @type {Map<string, Drawn>} */
  const nodes = new Map();
  /** @type {Search} */
  let search;
  let [lanes, lane] = [1, 46];

  const rowTop = (/** @type {number} */ row) => TOP + row * lane;
  const tall = () => lane > 40;

  /** @type {(at: At, kept: boolean, forces: readonly Force[]) => HTMLElement} */
  const nodeOf = ({ step, candidate }, kept, forces) => {
    const { token, fate, score } = search.steps[step];
    const end = search.finished.find((one) => one.step === step && one.candidate === candidate);
    const piece = search.piece[token[candidate]];
    const name = end && piece === "</s>" ? "■" : pieceName(piece, text);
    const label = element("span", { className: "token", textContent: name });
    const node = element(
      "button",
      { type: "button", className: `node ${kept ? "kept" : fate[candidate]}`, tabIndex: -1 },
      label,
    );
    if (end || (kept && tall())) {
      node.append(element("span", { className: "score", textContent: logNumber(end ? end.score : score[candidate]) }));
    }
    node.classList.toggle("forced", isForced(search, forces, { step, candidate }));
    node.classList.toggle("ended", Boolean(end));
    node.classList.toggle("high", kept && tall());
    node.title = word(text, "fate_", outcome(search, forces, { step, candidate }));
    node.dataset.at = keyOf({ step, candidate });
    return node;
  };

  /** @type {(at: At, y: number, kept: boolean, forces: readonly Force[]) => void} */
  const addNode = (at, y, kept, forces) => {
    const { step, candidate } = at;
    const { parent, fate } = search.steps[step];
    const height = kept ? lane - 8 : SMALL - GAP;
    const node = nodeOf(at, kept, forces);
    Object.assign(node.style, { left: px(leftOf(step)), top: px(y), width: px(WIDTH), height: px(height) });
    space.append(node);
    const from = step ? leftOf(step - 1) + WIDTH : 34;
    const row = step ? parent[candidate] : 0;
    const edge = curve(from, rowTop(row) + (lane - 8) / 2, leftOf(step), y + height / 2);
    edge.setAttribute("class", kept ? "kept" : fate[candidate]);
    svg.append(edge);
    nodes.set(keyOf(at), { ...at, node, edge });
  };

  /** @type {(step: number, all: boolean, forces: readonly Force[]) => number} */
  const addStep = (step, all, forces) => {
    const label = element("span", { className: "number", textContent: String(step + 1) });
    Object.assign(label.style, { left: px(leftOf(step)), width: px(WIDTH) });
    space.append(label);
    for (const [row, candidate] of search.steps[step].kept.entries()) {
      addNode({ step, candidate }, rowTop(row), true, forces);
    }
    const rest = others(search, step);
    const shown = all ? rest : rest.slice(0, rest.length > most ? most - 1 : most);
    const below = rowTop(lanes) + 8;
    for (const [at, candidate] of shown.entries()) addNode({ step, candidate }, below + at * SMALL, false, forces);
    if (rest.length <= most) return shown.length;
    const more = element("button", { type: "button", className: "more", title: text.more, onclick: on.more });
    more.textContent = all ? "−" : `+${rest.length - shown.length}`;
    more.dataset.step = String(step);
    Object.assign(more.style, { left: px(leftOf(step)), top: px(below + shown.length * SMALL) });
    space.append(more);
    return shown.length + 1;
  };

  /** @type {(value: Search, forces: readonly Force[], all: boolean) => void} */
  const build = (value, forces, all) => {
    search = value;
    nodes.clear();
    lanes = Math.max(...search.steps.map(({ kept }) => kept.length));
    // Up to five lanes are high enough for a token over its score.
    lane = lanes > 5 ? 32 : 46;
    svg.replaceChildren();
    const root = element("span", { className: "root", textContent: "▶", title: text.start });
    Object.assign(root.style, { top: px(rowTop(0)), height: px(lane - 8) });
    space.replaceChildren(svg, root);
    const below = Math.max(...search.steps.map((_, step) => addStep(step, all, forces)));
    const [width, height] = [leftOf(search.steps.length) - COLUMN + WIDTH + 8, rowTop(lanes) + 12 + below * SMALL];
    Object.assign(space.style, { width: px(width), height: px(height) });
    svg.setAttribute("width", px(width));
    svg.setAttribute("height", px(height));
  };

  /** @type {(calls: number, chosen: At) => void} */
  const show = (calls, chosen) => {
    const living = alive(search, calls);
    const over = calls === search.steps.length;
    const end = search.finished[search.winner];
    const won = path(search, end.step, end.candidate);
    const chosenPath = path(search, chosen.step, chosen.candidate);
    for (const [key, { step, node, edge }] of nodes) {
      for (const { classList } of [node, edge]) {
        classList.toggle("later", step >= calls);
        classList.toggle("dead", !living.has(key));
        classList.toggle("won", over && won.has(key));
        classList.toggle("path", chosenPath.has(key));
      }
      node.classList.toggle("now", key === keyOf(chosen));
      node.tabIndex = key === keyOf(chosen) ? 0 : -1;
    }
    for (const more of space.querySelectorAll(".more")) {
      more.classList.toggle("later", Number(/** @type {HTMLElement} */ (more).dataset.step) >= calls);
    }
    for (const [at, label] of space.querySelectorAll(".number").entries()) {
      label.classList.toggle("now", at === calls - 1);
    }
  };

  /** @type {(at: At, down: number, right: number) => HTMLElement | undefined} */
  const beside = ({ step, candidate }, down, right) => {
    const column = (/** @type {number} */ of) =>
      [...nodes.values()].filter((one) => one.step === of && !one.node.classList.contains("later"));
    if (right > 0) return column(step + 1)[0]?.node;
    if (right < 0) {
      const before = step ? ancestry(search, step, candidate)[step - 1] : 0;
      return nodes.get(keyOf({ step: step - 1, candidate: before }))?.node;
    }
    const here = column(step);
    return here[here.findIndex((one) => one.candidate === candidate) + down]?.node;
  };

  /** @type {(act: (at: At) => void) => (drawn: Drawn) => void} */
  const place =
    (act) =>
    ({ step, candidate }) =>
      act({ step, candidate });
  pointing(box, {
    thing: (node) => nodes.get(node.dataset.at ?? "") ?? null,
    beside,
    point: place(on.point),
    pick: place(on.pick),
  });

  const built = whenChanged();
  const followed = whenChanged();
  /** @type {(search: Search, forces: readonly Force[], shown: {calls: number, chosen: At, all: boolean}) => void} */
  const draw = (value, forces, { calls, chosen, all }) => {
    built([value, forces, all], () => build(value, forces, all));
    show(calls, chosen);
    followed([value, calls, box.clientWidth], () => {
      box.scrollLeft = leftOf(calls) + 8 - box.clientWidth;
    });
  };
  return draw;
}

/** @type {(x0: number, y0: number, x1: number, y1: number) => SVGPathElement} */
function curve(x0, y0, x1, y1) {
  const bend = (x1 - x0) / 2;
  return svgElement("path", { d: `M${x0},${y0} C${x0 + bend},${y0} ${x1 - bend},${y1} ${x1},${y1}` });
}
