// What lies over a photo in cells: a mark, and choosing a cell.
import { element } from "../core/dom.js";
import { bindKeys } from "../core/keys.js";

/** @typedef {import("../core/lab").Grid} Grid */

/**
 * Lay `mark` over a cell of a grid.
 * @param {HTMLElement} mark
 * @param {number} cell
 * @param {readonly number[]} grid
 */
export function placeMark(mark, cell, [rows, columns]) {
  placeBox(mark, [
    Math.floor(cell / columns) / rows,
    (cell % columns) / columns,
    (Math.floor(cell / columns) + 1) / rows,
    ((cell % columns) + 1) / columns,
  ]);
}

/**
 * Lay `box` over a part of a picture: top, left, bottom and right edge as shares of its sides; none where it is empty.
 * @param {HTMLElement} box
 * @param {ArrayLike<number>} edges
 */
export function placeBox(box, edges) {
  const [top, left, bottom, right] = Array.from(edges);
  const share = (/** @type {number} */ part) => `${100 * part}%`;
  box.hidden = bottom <= top || right <= left;
  Object.assign(box.style, {
    top: share(top),
    left: share(left),
    height: share(bottom - top),
    width: share(right - left),
  });
}

/**
 * Where in a node the pointer is: shares of its height and width.
 * @param {MouseEvent} event
 * @returns {[number, number]}
 */
export function pointIn({ currentTarget, clientX, clientY }) {
  const box = /** @type {Element} */ (currentTarget).getBoundingClientRect();
  return [(clientY - box.top) / box.height, (clientX - box.left) / box.width];
}

/**
 * Choosing a cell: hovering shows it, a click pins it or lets it go, arrow keys move the pin, Escape lets it go. The
 * state has `pinned`; grid(run, state), cell(run, state) say what is shown now, choose(cell, run, state) what to set.
 * @template Run
 * @template {{pinned: boolean}} S
 * @param {HTMLElement} root
 * @param {Iterable<HTMLElement>} stages
 * @param {import("../core/lab").SharedText} text
 * @param {import("../core/lab").SetState<Run, S>} set
 * @param {{
 *   grid: (run: Run, state: S) => readonly number[],
 *   cell: (run: Run, state: S) => number,
 *   choose: (cell: number, run: Run, state: S) => Partial<S>,
 * }} on
 */
export function picker(root, stages, text, set, { grid, cell, choose }) {
  /** @type {(run: Run, state: S, chosen: number, pinned: boolean) => Partial<S>} */
  const chosen = (run, state, at, pinned) => ({ ...choose(at, run, state), pinned });

  for (const stage of stages) {
    stage.addEventListener("pointermove", (event) => {
      const point = pointIn(event);
      set((state, run) => {
        const at = cellAt(point, grid(run, state));
        return at === null || state.pinned || at === cell(run, state) ? null : chosen(run, state, at, false);
      });
    });
    stage.addEventListener("click", (event) => {
      const point = pointIn(event);
      set((state, run) => {
        const at = cellAt(point, grid(run, state));
        return at === null ? null : chosen(run, state, at, !(state.pinned && at === cell(run, state)));
      });
    });
  }

  /** @type {(down: number, right: number) => void} */
  const arrows = (down, right) => {
    set((state, run) => {
      const next = beside(Math.max(0, cell(run, state)), grid(run, state), down, right);
      return next === null ? null : chosen(run, state, next, true);
    });
  };
  bindKeys(root, {
    Escape: () => set((state) => (state.pinned ? /** @type {Partial<S>} */ ({ pinned: false }) : null)),
    arrows,
  });
  const [stage] = stages;
  stage.after(thumbPad(text, arrows));
}

/**
 * What a thumb has in place of arrow keys: four buttons, seen where fingers point.
 * @param {import("../core/lab").SharedText} text
 * @param {(down: number, right: number) => void} move
 */
function thumbPad(text, move) {
  /** @type {[string, string, number, number][]} */
  const ways = [
    ["←", text.move_left, 0, -1],
    ["↑", text.move_up, -1, 0],
    ["↓", text.move_down, 1, 0],
    ["→", text.move_right, 0, 1],
  ];
  const buttons = ways.map(([textContent, ariaLabel, down, right]) =>
    element("button", { type: "button", textContent, ariaLabel, onclick: () => move(down, right) }),
  );
  return element("div", { className: "thumb-pad" }, ...buttons);
}

/**
 * The cell under a point, or null.
 * @param {readonly number[]} point
 * @param {readonly number[]} grid
 */
function cellAt([down, across], [rows, columns]) {
  const [row, column] = [Math.floor(down * rows), Math.floor(across * columns)];
  return row >= 0 && row < rows && column >= 0 && column < columns ? row * columns + column : null;
}

/** @type {(cell: number, grid: readonly number[], down: number, right: number) => number | null} */
function beside(cell, [rows, columns], down, right) {
  const [row, column] = [Math.floor(cell / columns) + down, (cell % columns) + right];
  return row >= 0 && row < rows && column >= 0 && column < columns ? row * columns + column : null;
}
