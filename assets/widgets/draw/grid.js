// The grid of mask-predict: a row for each pass, a cell for each position.
import { element, whenChanged } from "../core/dom.js";
import { pieceName } from "../read/pieces.js";
import { pointing, shade } from "./tokens.js";

/** @typedef {import("../read/refinement.js").Passes} Passes */
/** @typedef {import("../read/refinement.js").Cell} Cell */
/** @typedef {import("../core/lab").Place} At */
/** @typedef {{end: string, mask: string, grid: string, pass: string, all_masked: string}} GridText */

/** Pixels that stay free before and behind what the view follows: the numbers of the passes, and a rest. */
const [HEADS, MARGIN] = [40, 16];
const keyOf = (/** @type {At} */ { pass, position }) => `${pass}:${position}`;

/**
 * Draws in `box`; on.point and on.pick get {pass, position}. Returns draw(passes, {pass, chosen}): after how many passes,
 * which cell.
 * @param {HTMLElement} box
 * @param {GridText} text
 * @param {{point: (at: At) => void, pick: (at: At) => void}} on
 */
export function grid(box, text, on) {
  const table = element("table");
  box.replaceChildren(table);
  /** @type {Map<string, At & {node: HTMLElement}>} */
  const cells = new Map();
  /** @type {HTMLElement[]} */
  let rows = [];
  let passed = 0;

  /** @type {(label: string | number, scope: string, title?: string) => HTMLElement} */
  const head = (label, scope, title = "") => element("th", { scope, textContent: String(label), title });

  // Beside the token.
  const mark = (/** @type {string} */ textContent, className = "") => element("i", { className, textContent });

  /** @type {(cell: Cell) => HTMLElement} */
  const cellOf = ({ piece, probability, masked, flip, repeat }) => {
    const node = element("button", {
      type: "button",
      className: "cell",
      tabIndex: -1,
      textContent: pieceName(piece, text),
      title: pieceName(piece, text),
    });
    for (const [name, is] of Object.entries({ masked, flip, repeat })) node.classList.toggle(name, is);
    shade(node, probability);
    return node;
  };

  /** @type {(passes: Passes, pass: number) => HTMLElement} */
  const rowOf = (passes, pass) => {
    const row = element("tr", { className: "pass" }, head(pass + 1, "row"));
    for (const [position, cell] of passes.row(pass).entries()) {
      const node = cellOf(cell);
      node.dataset.at = keyOf({ pass, position });
      cells.set(node.dataset.at, { pass, position, node });
      const marks = [...(cell.repeat ? [mark("=", "same")] : []), ...(cell.flip ? [mark("↻")] : [])];
      row.append(element("td", {}, node, ...marks));
    }
    return row;
  };

  /** @param {Passes} passes */
  const build = (passes) => {
    cells.clear();
    const positions = Array.from({ length: passes.positions }, (_, position) => position);
    const masks = positions.map(() =>
      element("td", {}, element("span", { className: "blank", textContent: text.mask })),
    );
    const start = element("tr", { className: "pass" }, head("0", "row", text.all_masked), ...masks);
    rows = [start, ...Array.from({ length: passes.passes }, (_, pass) => rowOf(passes, pass))];
    const numbers = positions.map((position) => head(position + 1, "col"));
    const top = element("tr", { className: "positions" }, head(text.pass, "col"), ...numbers);
    const caption = element("caption", { textContent: text.grid });
    table.replaceChildren(caption, element("thead", {}, top), element("tbody", {}, ...rows));
  };

  // Bring what a pass changed or repeats into view, its first cell before its last; where there is no such cell, what it
  // masked. The first pass has everything new: it is read from its beginning.
  /** @param {number} pass */
  const follow = (pass) => {
    const row = [...cells.values()].filter((cell) => cell.pass === pass - 1).map(({ node }) => node);
    const some = row.filter((node) => node.matches(".flip, .repeat"));
    const seen = (some.length ? some : row.filter((node) => node.matches(".masked"))).map((node) =>
      node.getBoundingClientRect(),
    );
    const [start, end] = [seen[0], seen.at(-1)];
    if (pass < 2 || !start || !end) {
      box.scrollLeft = 0;
      return;
    }
    const { left } = table.getBoundingClientRect();
    const right = end.right - left + MARGIN - box.clientWidth;
    box.scrollLeft = Math.min(Math.max(box.scrollLeft, right), Math.max(0, start.left - left - HEADS));
  };

  /** @type {(pass: number, chosen: At) => void} */
  const show = (pass, chosen) => {
    passed = pass;
    for (const [at, row] of rows.entries()) {
      row.classList.toggle("later", at > pass);
      row.classList.toggle("now", at === pass);
      row.inert = at > pass;
    }
    for (const [key, { node }] of cells) {
      node.classList.toggle("chosen", key === keyOf(chosen));
      node.tabIndex = key === keyOf(chosen) ? 0 : -1;
    }
  };

  pointing(box, {
    thing: (node) => {
      const cell = cells.get(node.dataset.at ?? "");
      return cell && cell.pass < passed ? cell : null;
    },
    beside: ({ pass, position }, down, right) => {
      const next = { pass: pass + down, position: position + right };
      return next.pass < passed ? cells.get(keyOf(next))?.node : null;
    },
    point: ({ pass, position }) => on.point({ pass, position }),
    pick: ({ pass, position }) => on.pick({ pass, position }),
  });

  const built = whenChanged();
  /** @type {number | null} */
  let followed = null;
  // A new grid is read from its first column; from there on the view follows what is stepped.
  /** @type {(passes: Passes, shown: {pass: number, chosen: At}) => void} */
  const draw = (passes, { pass, chosen }) => {
    built([passes], () => {
      build(passes);
      box.scrollLeft = 0;
      followed = pass;
    });
    show(pass, chosen);
    if (followed !== pass) follow(pass);
    followed = pass;
  };
  return draw;
}
