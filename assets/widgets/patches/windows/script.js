// The film of a Swin: grid, windows, cyclic shift, mask, attention, reverse shift, merging; and a place's reach.
import { canvasElement, find, findCanvas, isStill, whenChanged } from "../../core/dom.js";
import { colour } from "../../core/theme.js";
import { drawCells, weightColour } from "../../draw/cells.js";
import { buttonGroup } from "../../draw/choices.js";
import { picker, placeMark } from "../../draw/marks.js";
import { stepBar } from "../../draw/step_bar.js";
import { heads, largest, sharesOfLargest, sum } from "../../read/attention.js";
import { cellName, format, percent, word } from "../../read/format.js";
import { reach, sees, stageAndBlock, visible } from "../../read/swin.js";
import { frameOf, stepTo } from "./frame.js";
import { drawHeat, drawLines, rollingPhoto } from "./map.js";

/** @typedef {import("../../core/lab").PatchesWindowsText} Text */
/** @typedef {import("./frame.js").Run} Run */
/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").State} State */

/** Milliseconds of a frame at speed 1. */
const PACE = 1300;
const REACHES = /** @type {const} */ ({ moving: "group", still: "group_still" });
/** @typedef {Record<keyof typeof REACHES, number>} Reached */

/**
 * The film opens near the edge, where the mask has something to hide.
 * @type {(run: Run) => State}
 */
const first = (run) => {
  const [rows, columns] = run.blocks[0].grid;
  return { step: 0, head: "mean", spot: Math.floor(rows / 2) * columns + columns - 2, pinned: false, speed: 1 };
};

/** @type {(frame: Frame, text: Text) => string} */
const looksLine = ({ grid, token, place, row }, text) => {
  const best = largest(row);
  return format(text.looks, {
    token: cellName(text.token, token, grid),
    window: place.window + 1,
    key: cellName(text.token, place.tokens[best], grid),
    share: percent(row[best]),
  });
};

/** @type {(run: Run, frame: Frame, reached: Reached, text: Text) => string} */
const reachedLine = (run, { passed }, { moving, still }, text) => {
  const [rows, columns] = run.blocks[0].grid;
  return format(text.reached, { passed, moving, still, count: rows * columns });
};

/** @type {(run: Run, frame: Frame, text: Text) => string} */
const storyLine = (run, { kind, block, grid: [rows, columns] }, text) =>
  format(word(text, "", kind, "_story"), {
    rows,
    columns,
    window: block.window,
    shift: block.shift,
    windows: (rows * columns) / block.window ** 2,
    slots: block.window ** 2,
    side: run.patch_size * 2 ** block.stage,
  });

/** @type {(root: HTMLElement, run: Run, frame: Frame, text: Text) => number} */
function drawWindow(root, run, { index, block, token, place, row }, text) {
  const { window, slot, tokens } = place;
  const [chosen, allowed, blocked] = [colour("highlight"), colour("allowed"), colour("blocked")];
  drawCells(findCanvas(root, ".own"), sharesOfLargest(row), [block.window, block.window], weightColour);
  const slots = Array.from(tokens);
  const cells = slots.flatMap((one, query) =>
    slots.map((other) => (!sees(run, index, one, other) ? blocked : query === slot ? chosen : allowed)),
  );
  drawCells(findCanvas(root, ".mask"), cells, [slots.length, slots.length], (cell) => cell);
  const open = visible(run, index, token);
  find(root, ".mask-line").textContent = format(text.mask, { window: window + 1, slots: slots.length, open });
  return open;
}

/**
 * The pictures of the reach, counted anew for a new place only; the film just moves the frame round one of them.
 * @param {HTMLElement} root
 */
function reachRows(root) {
  const onPlace = whenChanged();
  /** @type {Record<keyof typeof REACHES, number[]>} */
  const counts = { moving: [], still: [] };
  const names = /** @type {(keyof typeof REACHES)[]} */ (Object.keys(REACHES));

  /** @type {(run: Run, spot: number, name: keyof typeof REACHES) => void} */
  const count = (run, spot, name) => {
    const row = find(root, `.${name}`);
    const canvases = [null, ...run.blocks].map(() => canvasElement(""));
    counts[name] = canvases.map((canvas, passed) => {
      const reached = reach(run, REACHES[name], passed, spot);
      drawCells(canvas, reached, run.blocks[0].grid, (cell) => colour(cell ? "highlight" : "blocked"));
      return sum(reached);
    });
    row.replaceChildren(...canvases);
  };

  /** @type {(run: Run, spot: number, passed: number) => Reached} */
  const draw = (run, spot, passed) => {
    onPlace([run, spot], () => {
      for (const name of names) count(run, spot, name);
    });
    for (const name of names) {
      for (const [at, canvas] of [...find(root, `.${name}`).children].entries()) {
        canvas.classList.toggle("now", at === passed);
      }
    }
    return { moving: counts.moving[passed], still: counts.still[passed] };
  };
  return draw;
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => (JSON.stringify(run.blocks) === JSON.stringify(before.blocks) ? state : first(run)),

  build: (root, text, set) => {
    const [mark, window] = [find(root, ".mark"), find(root, ".own-window")];
    const photo = rollingPhoto(findCanvas(root, ".photo"));
    const drawReach = reachRows(root);
    const drawFrames = stepBar(root, find(root, ".frames"), text, set, {
      count: (run) => run.frames.length,
      pace: ({ speed }) => PACE / speed,
      change: (step, run, state) => stepTo(run, state, step),
    });
    const drawSpeeds = buttonGroup(find(root, ".speeds"), text.speed, (/** @type {number} */ speed) => set({ speed }));
    const drawHeads = buttonGroup(find(root, ".heads"), text.head, (/** @type {State["head"]} */ head) =>
      set({ head }),
    );
    const drawJumps = buttonGroup(find(root, ".jumps"), text.jump, (/** @type {number} */ index) => {
      set((state, run) =>
        stepTo(
          run,
          state,
          run.frames.findIndex(({ block }) => block === index),
        ),
      );
    });
    picker(root, [find(root, ".stage")], text, set, {
      grid: (run, state) => frameOf(run, state).grid,
      cell: (run, state) => {
        const { drawnAt, token } = frameOf(run, state);
        return drawnAt(token);
      },
      choose: (cell, run, state) => ({ spot: frameOf(run, state).spotAt(cell) }),
    });

    /** @type {(frame: Frame, moving: boolean) => void} */
    const drawMarks = ({ grid, block, token, place, drawnAt, inWindows }, moving) => {
      placeMark(mark, drawnAt(token), grid);
      placeMark(window, place.window, [grid[0] / block.window, grid[1] / block.window]);
      mark.hidden = moving;
      window.hidden = moving || !inWindows;
    };

    const [onRun, onFrame] = [whenChanged(), whenChanged()];
    /** @type {Run | null} */
    let shown = null;
    /** @type {Frame} */
    let now;
    let moving = false;
    /** @type {(run: Run, frame: Frame) => void} */
    const drawMap = (run, frame) => {
      onRun([run], () => photo.load(run));
      // The map really moves where it is shifted and moved back.
      const glides = shown === run && ["shift", "reverse"].includes(frame.kind);
      moving = glides && !isStill();
      shown = run;
      const { grid, shift, block } = frame;
      if (!moving) return photo.draw(grid, shift);
      photo.glide(grid, block.shift - shift, shift, () => {
        moving = false;
        drawMarks(now, moving);
      });
    };

    return (run, state) => {
      const frame = frameOf(run, state);
      const { kind, index, token, place, passed } = frame;
      now = frame;
      onFrame([run, state.step], () => {
        drawMap(run, frame);
        drawLines(findCanvas(root, ".grid"), frame);
      });
      drawHeat(findCanvas(root, ".heat"), run, frame);
      drawMarks(frame, moving);
      const open = drawWindow(root, run, frame, text);
      const reached = drawReach(run, state.spot, passed);
      drawFrames(run, state);
      drawSpeeds(
        [0.5, 1, 2].map((value) => ({ value, label: `${value}×` })),
        state.speed,
      );
      drawJumps(
        run.blocks.map((_, value) => ({ value, label: Object.values(stageAndBlock(run, value)).join("·") })),
        index,
      );
      const count = run.arrays[`attention_${index}`].shape[1];
      drawHeads(
        [...heads("mean", count).map((value) => ({ value, label: value + 1 })), { value: "mean", label: text.mean }],
        state.head,
      );
      find(root, ".title").textContent = word(text, "", kind, "_title");
      find(root, ".place").textContent = format(text.place, stageAndBlock(run, index));
      find(root, ".story").textContent = storyLine(run, frame, text);
      find(root, ".readout").textContent = looksLine(frame, text);
      find(root, ".reach-line").textContent = reachedLine(run, frame, reached, text);
      return { frame: state.step, kind, block: index, token, window: place.window, open, ...reached };
    };
  },

  read: (run, state, text) => {
    const frame = frameOf(run, state);
    const [moving, still] = [REACHES.moving, REACHES.still].map((name) =>
      sum(reach(run, name, frame.passed, state.spot)),
    );
    return format(text.reading, {
      title: word(text, "", frame.kind, "_title"),
      place: format(text.place, stageAndBlock(run, frame.index)),
      looks: looksLine(frame, text),
      reached: reachedLine(run, frame, { moving, still }, text),
    });
  },
};
