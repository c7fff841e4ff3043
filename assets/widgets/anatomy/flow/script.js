// One token's way through a stack: the residual stream as the spine, what each part adds, the numbers of every vector.
import { element, find, findCanvas, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { drawPixels } from "../../draw/cells.js";
import { buttonGroup } from "../../draw/choices.js";
import { picker, placeMark, thumbPad } from "../../draw/marks.js";
import { stepBar } from "../../draw/step_bar.js";
import { decimal, strip } from "../../draw/strip.js";
import { cellName, format, number, percent, word } from "../../read/format.js";
import { pieceName } from "../../read/pieces.js";
import { cosine, layerOf, length, lens, minus, stopCount, stopOf, way } from "../../read/stream.js";
import { headsSaid } from "./heads.js";
import { isMemory, stopName, stopTitle } from "./names.js";
import { structureLine } from "./structure_line.js";

/** @typedef {import("../../core/lab").FlowRun} Run */
/** @typedef {import("../../core/lab").AnatomyFlowText} Text */
/** @typedef {import("../../core/lab").StackMeta} Stack */
/** @typedef {import("../../read/stream.js").Stop} Stop */
/**
 * step: the stop that is read. open: the layer that is unfolded, -1 for none. vector and place: which number is read,
 * place -1 for none; held: it stays. pinned: the patch stays. photo: whether tokens are patches.
 * @typedef {{
 *   stack: number, token: number, step: number, open: number, vector: number, place: number, held: boolean,
 *   pinned: boolean, photo: boolean,
 * }} State
 */
/** @typedef {import("../../core/lab").SetState<Run, State>} Set */

/** @type {(run: Run, stack?: number) => State} */
function first(run, stack = run.stacks.length - 1) {
  const token = run.prefix ? 0 : Math.floor(run.stacks[stack].token.length / 2);
  const photo = Boolean(run.prefix);
  return { stack, token, step: 2, open: 0, vector: 0, place: -1, held: false, pinned: false, photo };
}

/** @type {(run: Run, state: {stack: number, token: number}, text: Text) => string} */
function tokenName({ stacks, prefix, grid }, { stack, token }, text) {
  const name = stacks[stack].token[token];
  if (!prefix || !grid) return pieceName(name, text);
  return token < prefix.length ? name : cellName(text.patch, token - prefix.length, grid);
}

/** The most probable word after a stop. @type {(run: Run, stack: Stack, stop: Stop, token: number, text: Text) => string} */
function lensSaid(run, stack, stop, token, text) {
  const [best] = lens(run, stack, stop.state, token);
  return best ? `${percent(best.share)} ${pieceName(best.name, text)}` : "";
}

/** @type {(run: Run, state: State, text: Text) => string} */
function said(run, state, text) {
  const stack = run.stacks[state.stack];
  const stop = way(run, stack, state.token)[state.step];
  const details = {
    token: tokenName(run, state, text),
    stop: stopTitle(run, stop, stack, text),
    length: decimal(length(stop.after)),
    added: stop.added ? decimal(length(stop.added)) : "",
    cosine: stop.added && stop.before ? number(cosine(stop.added, stop.before), 2) : "",
    lens: lensSaid(run, stack, stop, state.token, text),
  };
  return (
    format(stop.added ? text.said_added : text.said, details) + (details.lens ? format(text.said_lens, details) : "")
  );
}

/** The spine. @type {(root: HTMLElement, text: Text, set: Set) => (run: Run, state: State, stops: Stop[]) => void} */
function path(root, text, set) {
  const rows = find(root, ".path .rows");
  const onStack = whenChanged();
  /** @typedef {{node: HTMLElement, stop: number, layer: number, folded: boolean}} Row */
  /** @type {Row[]} */
  let made = [];

  /** @type {(className: string, act: () => void) => HTMLElement} */
  const row = (className, act) =>
    element(
      "button",
      { type: "button", className: `row ${className}`, onclick: act },
      ...["", "length", "addition", ""].map((name) => element("span", { className: name })),
    );
  /** @type {(stop: number, layer: number) => Row} */
  const stopRow = (stop, layer) => ({
    node: row(layer < 0 ? "stop" : "part", () => set({ step: stop, vector: 0, place: -1 })),
    ...{ stop, layer, folded: false },
  });
  /** @type {(stack: Stack, layer: number) => Row} */
  const layerRow = (stack, layer) => ({
    node: row("layer", () =>
      set(({ open }) => (open === layer ? { open: -1 } : { open: layer, step: stopOf(stack, layer, 0), place: -1 })),
    ),
    ...{ stop: stopOf(stack, layer, stack.part.length - 1), layer, folded: true },
  });
  /** @param {Stack} stack */
  const build = (stack) => {
    const layers = Array.from({ length: stack.layers }, (_, layer) => [
      layerRow(stack, layer),
      ...stack.part.map((_, part) => stopRow(stopOf(stack, layer, part), layer)),
    ]);
    made = [stopRow(0, -1), stopRow(1, -1), ...layers.flat(), stopRow(stopCount(stack) - 1, -2)];
    rows.replaceChildren(...made.map(({ node }) => node));
  };

  return (run, { stack: at, token, step, open }, stops) => {
    const stack = run.stacks[at];
    onStack([run, at], () => build(stack));
    const longest = Math.max(...stops.map((stop) => length(stop.after)));
    for (const { node, stop, layer, folded } of made) {
      const [name, size, addition, best] = /** @type {HTMLElement[]} */ ([...node.children]);
      const shown = stops[stop];
      const begin = folded ? stops[stopOf(stack, layer, 0)].before : shown.before;
      const sum = stack.pre_norm && begin ? minus(shown.after, begin) : null;
      const added = folded ? sum : shown.added;
      node.hidden = layer >= 0 && !folded && layer !== open;
      node.classList.toggle("now", stop === step && !(folded && open === layer));
      if (folded) node.setAttribute("aria-expanded", String(open === layer));
      name.textContent = folded
        ? `${open === layer ? "▾" : "▸"} ${format(text.layer_number, { layer: layer + 1 })}`
        : stopName(run, shown.kind, stack, text);
      size.textContent = decimal(length(shown.after));
      size.style.setProperty("--share", `${(100 * length(shown.after)) / longest}%`);
      addition.textContent = added && begin ? `+${decimal(length(added))}, cos ${number(cosine(added, begin), 2)}` : "";
      addition.style.setProperty("--share", `${added ? Math.min(100, (100 * length(added)) / longest) : 0}%`);
      best.textContent = lensSaid(run, stack, shown, token, text);
    }
  };
}

/**
 * A stop's vectors and what the head would say.
 * @type {(root: HTMLElement, text: Text, set: Set) => (run: Run, state: State, stop: Stop) => void}
 */
function detail(root, text, set) {
  const box = find(root, ".strips");
  const choose = (/** @type {number} */ vector) => (/** @type {number} */ place, /** @type {boolean} */ click) =>
    set(({ held, vector: before, place: at }) =>
      click ? { vector, place, held: !(held && before === vector && at === place) } : held ? null : { vector, place },
    );
  const strips = Array.from({ length: 7 }, (_, vector) => strip(choose(vector)));
  box.append(...strips.map(({ node }) => node));
  return (run, state, stop) => {
    const stack = run.stacks[state.stack];
    find(root, ".detail .title").textContent = stopTitle(run, stop, stack, text);
    const embedding = text.formula_embedding;
    const last = isMemory(run, stack) ? text.formula_memory : text.formula_head;
    const position = stack.adds_position ? text.formula_position : text.formula_rotary;
    const outside = { embedding, position, head: last }[/** @type {"embedding"} */ (stop.kind)];
    const pre = stack.centred ? text.formula_pre : text.formula_pre_rms;
    find(root, ".formula").textContent = outside ?? (stack.pre_norm ? pre : text.formula_post);
    for (const [at, { node, draw }] of strips.entries()) {
      const vector = stop.vectors[at];
      node.hidden = !vector;
      node.classList.toggle("now", at === state.vector);
      if (vector) draw({ numbers: vector.numbers, name: word(text, "vector_", vector.name), place: state.place });
    }
    find(root, ".readout").textContent = numbersSaid(stop, state, text);
    const rows = lens(run, stack, stop.state, state.token).flatMap(({ name: label, share }) => {
      const bar = element("span", { className: "bar" });
      bar.style.setProperty("--share", `${100 * share}%`);
      return [
        element("span", { textContent: pieceName(label, text) }),
        bar,
        element("span", { textContent: percent(share) }),
      ];
    });
    const heading = element("p", { textContent: rows.length ? text.lens_title : text.lens_none });
    find(root, ".lens").replaceChildren(heading, ...rows);
    const heads = headsSaid(run, state, stop, text);
    find(root, ".heads").hidden = heads.length === 0;
    find(root, ".heads ol").replaceChildren(...heads.map((textContent) => element("li", { textContent })));
  };
}

/** The number that is read and its neighbours. @type {(stop: Stop, state: State, text: Text) => string} */
function numbersSaid({ vectors }, { vector, place }, text) {
  const chosen = vectors[vector];
  if (!chosen || place < 0 || place >= chosen.numbers.length) return text.numbers_none;
  const from = Math.max(0, place - 2);
  const numbers = [...chosen.numbers.subarray(from, place + 3)].map(decimal).join("  ");
  const details = { place: place + 1, count: chosen.numbers.length, value: decimal(chosen.numbers[place]) };
  return format(text.numbers, {
    ...details,
    vector: word(text, "vector_", chosen.name),
    from: from + 1,
    to: from + Math.min(5, chosen.numbers.length - from),
    numbers,
  });
}

/** Which stack and token. @type {(root: HTMLElement, text: Text, set: Set) => (run: Run, state: State) => void} */
function tokens(root, text, set) {
  const mark = find(root, ".mark");
  const drawStacks = buttonGroup(find(root, ".kinds"), text.stack, (/** @type {number} */ stack) =>
    set((_, run) => first(run, stack)),
  );
  const drawTokens = buttonGroup(find(root, ".tokens"), text.token_of, (/** @type {number} */ token) => set({ token }));
  const drawPrefix = buttonGroup(find(root, ".prefix"), text.token_of, (/** @type {number} */ token) => set({ token }));
  const stage = find(root, ".stage");
  picker(root, [stage], text, set, {
    grid: (run) => run.grid ?? [0, 0],
    cell: (run, { token }) => token - (run.prefix?.length ?? 0),
    choose: (cell, run) => ({ token: cell + (run.prefix?.length ?? 0) }),
  });
  return (run, state) => {
    const { stack, token, photo } = state;
    find(root, ".photo-side").hidden = !photo;
    find(root, ".kinds").hidden = photo;
    find(root, ".token-choice").hidden = photo;
    drawStacks(
      run.stacks.map((one, value) => ({ value, label: word(text, "stack_", one.stack) })),
      stack,
    );
    if (!run.prefix || !run.grid) {
      const said = run.stacks[stack].stack === "decoder" ? (run.output ?? []) : [];
      const options = run.stacks[stack].token.map((piece, value) => ({
        ...{ value, label: pieceName(piece, text) },
        title: said[value] ? `→ ${pieceName(said[value], text)}` : "",
      }));
      drawTokens(options, token);
      return;
    }
    drawPixels(findCanvas(root, ".photo"), run.arrays.pixels);
    drawPrefix(
      run.prefix.map((label, value) => ({ label, value })),
      token,
    );
    if (token >= run.prefix.length) placeMark(mark, token - run.prefix.length, run.grid);
    else mark.hidden = true;
  };
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first: (run) => first(run),

  keep: (state, run, before) => {
    const shape = (/** @type {Run} */ { stacks }) =>
      JSON.stringify(stacks.map(({ token, part, layers }) => [token, part, layers]));
    return shape(run) === shape(before) ? state : first(run);
  },

  build: (root, text, set) => {
    const draw = { tokens: tokens(root, text, set), path: path(root, text, set), detail: detail(root, text, set) };
    const drawLine = structureLine(find(root, ".structure"), text, (place) =>
      set((state, run) => {
        const { box, ...at } = place(state);
        const { vectors } = way(run, run.stacks[state.stack], state.token)[at.step];
        return { ...at, vector: vectors.findIndex(({ name }) => name === box.vectors.at(-1)), place: -1, held: false };
      }),
    );
    const drawSteps = stepBar(root, find(root, ".film"), text, set, {
      count: (run, { stack }) => stopCount(run.stacks[stack]),
      change: (step, run, { stack }) => ({ open: layerOf(run.stacks[stack], step), vector: 0, place: -1 }),
    });
    const arrows = (/** @type {number} */ down, /** @type {number} */ right) =>
      set((state, run) => {
        if (run.prefix) return null;
        const { vectors } = way(run, run.stacks[state.stack], state.token)[state.step];
        const [vector, place] = [state.vector + down, Math.max(0, state.place) + right];
        const inside = vectors[vector] && place >= 0 && place < vectors[vector].numbers.length;
        return inside ? { vector, place, held: true } : null;
      });
    bindKeys(root, { Escape: () => set({ place: -1, held: false }), arrows });
    find(root, ".strips").after(thumbPad(text, arrows));
    return (run, state) => {
      const stops = way(run, run.stacks[state.stack], state.token);
      const stop = stops[state.step];
      drawLine(run, state, stops);
      draw.tokens(run, state);
      draw.path(run, state, stops);
      draw.detail(run, state, stop);
      drawSteps(run, state);
      const chosen = stop.vectors[state.vector];
      return {
        count: run.stacks[state.stack].token.length,
        length: length(stop.after),
        number: chosen?.numbers[state.place] ?? null,
      };
    };
  },

  read: (run, state, text) => said(run, state, text),
};
