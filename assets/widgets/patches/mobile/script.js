// The film of a MobileViT block: convolution, patches, attention at one place of all of them, fusion; a pixel's reach.
import { canvasElement, find, findCanvas, whenChanged } from "../../core/dom.js";
import { colour } from "../../core/theme.js";
import { drawCells, drawPixels, weightColour } from "../../draw/cells.js";
import { buttonGroup, numbered } from "../../draw/choices.js";
import { picker, placeBox, placeMark } from "../../draw/marks.js";
import { stepBar } from "../../draw/step_bar.js";
import { largest, sharesOfLargest } from "../../read/attention.js";
import { bytePercent, cellName, format, number, word } from "../../read/format.js";
import { coloursOf, framesOf, reach, reads, setOf } from "../../read/mobile.js";
import { middleOf, tokenAt } from "../../read/pair.js";
import { frameOf, toBlock } from "./frame.js";
import { drawHeat, drawLines, drawSmall, setColour } from "./map.js";

/** @typedef {import("../../core/lab").PatchesMobileText} Text */
/** @typedef {import("./frame.js").Run} Run */
/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").State} State */

/** Milliseconds of a picture. */
const PACE = 1600;

/** @type {() => State} */
const first = () => ({ block: 0, step: 0, head: "mean", spot: [0.5, 0.5], pinned: false });

/** @type {(frame: Frame, text: Text) => string} */
const placeLine = ({ index, block, layer }, text) => {
  const [rows, columns] = block.grid;
  const place = format(text.place, { block: index + 1, stage: block.stage, rows, columns });
  return layer === null ? place : `${place} · ${format(text.layer, { layer: layer + 1, layers: block.layers })}`;
};

/** @type {(frame: Frame, text: Text) => string} */
const storyLine = ({ kind, block, count, places, patches }, text) =>
  format(word(text, "", kind, "_story"), {
    rows: block.grid[0],
    columns: block.grid[1],
    jump: block.jump,
    kernel: block.kernel,
    patch: block.patch,
    places,
    patches,
    rest: count - patches,
    count,
    weights: number(places * patches ** 2),
    all: number(count ** 2),
  });

/** @type {(frame: Frame, state: State, text: Text) => string} */
const looksLine = ({ block, pixel, place, patch, places, row, half, patches }, { head }, text) => {
  const chosen = { pixel: cellName(text.pixel, pixel, block.grid), place: place + 1, places, patch: patch + 1 };
  if (!row) return format(text.chosen, chosen);
  const best = largest(row);
  return format(text.looks, {
    ...chosen,
    head: head === "mean" ? text.mean : format(text.head_number, { head: head + 1 }),
    key: cellName(text.pixel, setOf(block, place)[best], block.grid),
    share: bytePercent(row[best]),
    half: half ?? 0,
    patches,
  });
};

/** @type {(frame: Frame, text: Text) => string} */
const reachLine = ({ reads, reached, count, field: [top, left, bottom, right], block }, text) => {
  const [rows, columns] = block.grid.map((side) => side * block.jump);
  const whole = bottom - top === rows && right - left === columns;
  const photo = whole ? text.whole : format(text.part, { height: bottom - top, width: right - left, rows, columns });
  return format(text.reached, { reads, reached, count, photo });
};

/**
 * The sets, each as the photo at its pixels, or as the chosen pixel's attention.
 * @param {HTMLElement} box
 */
function setRow(box) {
  const [onSets, onRun] = [whenChanged(), whenChanged()];
  /** @type {number[][]} */
  let colours = [];
  /** @type {(run: Run, frame: Frame) => void} */
  const draw = (run, { block, places, place, row }) => {
    onSets([places], () => box.replaceChildren(...Array.from({ length: places }, () => canvasElement(""))));
    onRun([run, block], () => {
      colours = coloursOf(run.arrays.pixels, block);
    });
    const grid = block.grid.map((side) => side / block.patch);
    for (const [other, canvas] of [...box.children].entries()) {
      if (!(canvas instanceof HTMLCanvasElement)) continue;
      const own = other === place;
      canvas.style.borderColor = `rgb(${setColour(other).slice(0, 3)})`;
      canvas.classList.toggle("own", own);
      canvas.classList.toggle("unseen", Boolean(row) && !own);
      if (row && own) drawCells(canvas, sharesOfLargest(row), grid, weightColour);
      else drawCells(canvas, setOf(block, other), grid, (pixel) => colours[pixel]);
    }
  };
  return draw;
}

/**
 * For every picture of the film a small one of its map, of what its step reads for the chosen pixel, and of what can
 * influence this after it.
 * @param {HTMLElement} root
 */
function rows(root) {
  const maps = find(root, ".maps");
  const marked = /** @type {const} */ ([
    [find(root, ".read"), reads],
    [find(root, ".reached"), reach],
  ]);
  const all = [maps, ...marked.map(([row]) => row)];
  const [onBlock, onPixel] = [whenChanged(), whenChanged()];
  /** @type {(run: Run, frame: Frame, step: number) => void} */
  const draw = (run, { block, index, pixel }, step) => {
    const frames = framesOf(block);
    onBlock([run, index], () => {
      for (const row of all) row.replaceChildren(...frames.map(() => canvasElement("")));
      for (const [at, { kind, map }] of frames.entries()) {
        drawSmall(canvasAt(maps, at), run, { kind, map, index, block });
      }
    });
    onPixel([run, index, pixel], () => {
      for (const [row, which] of marked) {
        for (const [at, { kind }] of frames.entries()) {
          const paint = (/** @type {number} */ is) => colour(is ? "highlight" : "blocked");
          drawCells(canvasAt(row, at), which(block, kind, pixel), block.grid, paint);
        }
      }
    });
    for (const row of all) {
      for (const [at, canvas] of [...row.children].entries()) canvas.classList.toggle("now", at === step);
    }
  };
  return draw;
}

/** @type {(row: HTMLElement, at: number) => HTMLCanvasElement} */
const canvasAt = (row, at) => findCanvas(row, `canvas:nth-child(${at + 1})`);

/** @type {(root: HTMLElement, run: Run, frame: Frame) => void} */
function drawMarks(root, run, { block, pixel, window, field }) {
  const [rows, columns] = block.grid;
  placeMark(find(root, ".mark"), pixel, block.grid);
  const { top, left, bottom, right } = window ?? { top: 0, left: 0, bottom: 0, right: 0 };
  placeBox(find(root, ".kernel"), [top / rows, left / columns, bottom / rows, right / columns]);
  const [height, width] = run.arrays.pixels.shape;
  placeBox(find(root, ".field"), [field[0] / height, field[1] / width, field[2] / height, field[3] / width]);
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => (JSON.stringify(run.blocks) === JSON.stringify(before.blocks) ? state : first()),

  build: (root, text, set) => {
    const drawSets = setRow(find(root, ".sets"));
    const drawRows = rows(root);
    const drawFrames = stepBar(root, find(root, ".frames"), text, set, {
      count: (run, { block }) => framesOf(run.blocks[block]).length,
      pace: () => PACE,
    });
    const drawBlocks = buttonGroup(find(root, ".blocks"), text.block, (/** @type {number} */ block) =>
      set((state, run) => toBlock(run, state, block)),
    );
    const drawHeads = buttonGroup(find(root, ".heads"), text.head, (/** @type {State["head"]} */ head) =>
      set({ head }),
    );
    picker(root, [find(root, ".stage")], text, set, {
      grid: (run, { block }) => run.blocks[block].grid,
      cell: (run, { block, spot }) => tokenAt(run.blocks[block].grid, spot),
      choose: (cell, run, { block }) => ({ spot: middleOf(run.blocks[block].grid, cell) }),
    });
    const [onRun, onLines] = [whenChanged(), whenChanged()];

    return (run, state) => {
      const frame = frameOf(run, state);
      const { kind, index, block, pixel, place, patch, half } = frame;
      onRun([run], () => drawPixels(findCanvas(root, ".photo"), run.arrays.pixels));
      onLines([run, index, kind], () => drawLines(findCanvas(root, ".grid"), block, kind));
      drawHeat(findCanvas(root, ".heat"), run, frame);
      drawMarks(root, run, frame);
      drawSets(run, frame);
      drawRows(run, frame, state.step);
      drawFrames(run, state);
      drawBlocks(
        run.blocks.map(({ grid }, value) => ({ value, label: `${value + 1} · ${grid.join("×")}` })),
        index,
      );
      const heads = numbered(run.arrays[`attention_${index}`].shape[2]);
      drawHeads([...heads, { value: "mean", label: text.mean }], state.head, frame.layer === null);
      find(root, ".title").textContent = word(text, "", kind, "_title");
      find(root, ".place").textContent = placeLine(frame, text);
      find(root, ".story").textContent = storyLine(frame, text);
      find(root, ".readout").textContent = looksLine(frame, state, text);
      find(root, ".reach-line").textContent = reachLine(frame, text);
      return { kind, pixel, place, patch, reads: frame.reads, reached: frame.reached, half: half ?? "none" };
    };
  },

  read: (run, state, text) => {
    const frame = frameOf(run, state);
    return format(text.reading, {
      title: word(text, "", frame.kind, "_title"),
      place: placeLine(frame, text),
      looks: looksLine(frame, state, text),
      reached: reachLine(frame, text),
    });
  },
};
