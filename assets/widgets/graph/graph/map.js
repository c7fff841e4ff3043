// The picture of a graph: nodes where they are put, edges as thick as the attention along them.
import { element, svgElement, whenChanged } from "../../core/dom.js";
import { answer, channelOf, headsOfLayers, hops, pairsOf, placed } from "../../read/graph.js";

/** @typedef {import("../../core/lab").GraphRun} Run */
/** @typedef {import("../../core/lab").GraphPair} Pair */
/**
 * step: 0 for the drawing, n for the features after layer n; moved: nodes that were dragged, as shares of the picture.
 * @typedef {{
 *   step: number, layer: number, head: number, node: number, other: number, moved: Record<string, [number, number]>,
 * }} State
 */

/** Up to so many nodes have their names beside them. */
const NAMED = 60;
/** Pixels of an edge that carries all that a node takes, and of one that carries nothing. */
const [THICK, THIN] = [13, 0.6];
/** Pixels that a pointer goes until it drags. */
const DRAG = 4;
/** Signs of a name that stand within a node, and beside one. */
const [WITHIN, BESIDE] = [3, 10];
/** Pixels around the drawing where names stand beside their nodes. */
const NAME_ROOM = 42;

/** @param {number} label */
export const classColour = (label) => (label < 0 ? "var(--lab-absent)" : `var(--lab-series-${label + 1})`);

/** @param {number} weight */
export const thickness = (weight) => THIN + THICK * (weight || 0);

/**
 * Returns draw(run, state). on.choose and on.drag get a node, on.toggle an edge.
 * @param {HTMLElement} box
 * @param {string} label
 * @param {{
 *   choose: (node: number) => void, drag: (node: number, place: [number, number]) => void, toggle: (pair: Pair) => void,
 * }} on
 */
export function graphMap(box, label, on) {
  const once = whenChanged();
  /** @type {ReturnType<typeof parts>} */
  let made;
  let margin = 0;
  const picture = svgElement("svg", { role: "img", "aria-label": label });
  box.replaceChildren(picture);
  listen(picture, on);

  /** @type {(run: Run, state: State) => void} */
  return (run, state) => {
    const size = /** @type {const} */ ([box.clientWidth || 600, box.clientHeight || 400]);
    const radius = run.nodes.length > NAMED ? 7 : 13;
    once([run], () => {
      made = parts(run, radius);
      margin = made.nodes.some((one) => one.querySelector(".beside")) ? NAME_ROOM : radius + 14;
      picture.replaceChildren(...made.hits, ...made.dashes, made.between, ...made.halves, ...made.nodes);
    });
    picture.setAttribute("viewBox", `0 0 ${size[0]} ${size[1]}`);
    const at = places(run, state, size, margin);
    for (const { line, from, to } of made.lines) between(line, at[from], at[to]);
    const chosen = state.other >= 0 && state.other !== state.node;
    between(made.between, at[state.node], at[chosen ? state.other : state.node]);
    drawWeights(run, state, made, at);
    drawNodes(run, state, made.nodes, at);
  };
}

/** @type {(run: Run, state: State, size: readonly [number, number], margin: number) => [number, number][]} */
function places({ arrays: { place, projected } }, { step, moved }, size, margin) {
  if (step) {
    const points = projected.subarray((step - 1) * place.length, step * place.length);
    return placed(points, size, margin, true);
  }
  const points = place.slice();
  for (const [node, where] of Object.entries(moved)) points.set(where, 2 * Number(node));
  return placed(points, size, margin, false);
}

/** @type {(run: Run, radius: number) => {
 *   hits: SVGElement[], dashes: SVGElement[], between: SVGElement, halves: SVGElement[], nodes: SVGElement[],
 *   lines: {line: SVGElement, from: number, to: number}[],
 * }} */
function parts(run, radius) {
  /** @type {(className: string, pair: Pair) => {line: SVGElement, from: number, to: number}} */
  const line = (className, [from, to]) => ({
    line: svgElement("line", { class: className, "data-pair": `${from}-${to}` }),
    from,
    to,
  });
  const hits = [...pairsOf(run), ...run.cut].map((pair) => line("hit", pair));
  const dashes = [
    ...run.cut.map((pair) => line("dashes cut", pair)),
    ...run.added.map((pair) => line("dashes added", pair)),
  ];
  const { source, target } = run.arrays;
  const halves = Array.from(source, (from, at) =>
    svgElement("line", { class: "half", "data-source": from, "data-target": target[at] }),
  );
  return {
    hits: hits.map((one) => one.line),
    dashes: dashes.map((one) => one.line),
    between: svgElement("line", { class: "dashes between" }),
    halves,
    nodes: run.nodes.map((name, at) => node(run, name, at, radius)),
    lines: [...hits, ...dashes],
  };
}

/** @type {(run: Run, name: string, at: number, radius: number) => SVGElement} */
function node({ nodes, arrays: { label, known } }, name, at, radius) {
  const signs = [...name];
  const shown = signs.length > BESIDE ? `${signs.slice(0, BESIDE - 1).join("")}…` : name;
  const room = known[at] ? WITHIN - 1 : WITHIN;
  const inside = { class: "inside", y: 5 };
  const beside = { class: "beside", y: radius + 18 };
  return svgElement(
    "g",
    { class: "node", "data-at": at },
    svgElement("title", {}, name),
    svgElement("circle", { class: "ground", r: radius + 2 }),
    svgElement("circle", { class: "loop", r: radius + 4 }),
    svgElement("circle", { class: "body", r: radius, stroke: classColour(label[at]) }),
    ...(known[at] ? [svgElement("circle", { class: "told", r: radius - 4 })] : []),
    ...(nodes.length > NAMED ? [] : [svgElement("text", signs.length > room ? beside : inside, shown)]),
  );
}

/** @type {(line: SVGElement, from: [number, number], to: [number, number]) => void} */
function between(line, [x1, y1], [x2, y2]) {
  for (const [name, value] of Object.entries({ x1, y1, x2, y2 })) line.setAttribute(name, value.toFixed(1));
}

/** @type {(run: Run, state: State, made: ReturnType<typeof parts>, at: [number, number][]) => void} */
function drawWeights(run, state, { halves, nodes }, at) {
  const { source, target, weight } = run.arrays;
  const begin = channelOf(run, state) * source.length;
  for (const [edge, half] of halves.entries()) {
    const [from, to] = [source[edge], target[edge]];
    const wide = thickness(weight[begin + edge]).toFixed(2);
    if (from === to) {
      nodes[to].querySelector(".loop")?.setAttribute("stroke-width", wide);
      continue;
    }
    const middle = /** @type {[number, number]} */ ([0, 1].map((axis) => (at[from][axis] + at[to][axis]) / 2));
    between(half, middle, at[to]);
    half.setAttribute("stroke-width", wide);
    half.classList.toggle("own", to === state.node);
  }
}

/** @type {(run: Run, state: State, nodes: SVGElement[], at: [number, number][]) => void} */
function drawNodes(run, state, nodes, at) {
  const heard = hops(run, answer(run.arrays.probability, state.node).best < 0 ? run.first : state.node);
  const layers = headsOfLayers(run).length;
  for (const [number, shown] of nodes.entries()) {
    const { best } = answer(run.arrays.probability, number);
    shown.setAttribute("transform", `translate(${at[number].map((one) => one.toFixed(1)).join()})`);
    shown.querySelector(".body")?.setAttribute("fill", best < 0 ? "none" : classColour(best));
    shown.classList.toggle("silent", best < 0);
    shown.classList.toggle("now", number === state.node);
    shown.classList.toggle("unheard", heard[number] > layers);
    shown.classList.toggle("flipped", best !== answer(run.arrays.whole, number).best);
  }
}

/** @type {(picture: SVGElement, on: Parameters<typeof graphMap>[2]) => void} */
function listen(picture, on) {
  /** @type {{node: number, x: number, y: number, dragged: boolean} | null} */
  let held = null;
  const nodeAt = (/** @type {Event} */ { target }) => /** @type {Element} */ (target).closest(".node");
  picture.addEventListener("pointerdown", (event) => {
    const found = nodeAt(event);
    if (!found) return;
    const { clientX: x, clientY: y } = event;
    held = { node: Number(found.getAttribute("data-at")), x, y, dragged: false };
    picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (!held) return;
    held.dragged ||= Math.hypot(clientX - held.x, clientY - held.y) > DRAG;
    if (!held.dragged) return;
    const { left, top, width, height } = picture.getBoundingClientRect();
    const share = (/** @type {number} */ part) => Math.min(1, Math.max(0, part));
    on.drag(held.node, [share((clientX - left) / width), share((clientY - top) / height)]);
  });
  for (const type of ["pointerup", "pointercancel"]) {
    picture.addEventListener(type, () => {
      if (held && !held.dragged && type === "pointerup") on.choose(held.node);
      held = null;
    });
  }
  picture.addEventListener("click", ({ target }) => {
    const pair = /** @type {Element} */ (target).getAttribute("data-pair");
    if (pair) on.toggle(/** @type {Pair} */ (pair.split("-").map(Number)));
  });
}

/**
 * Classes by their colours.
 * @param {HTMLElement} box
 * @param {readonly string[]} names
 */
export function drawLegend(box, names) {
  const swatches = names.map((name, at) => {
    const swatch = element("i");
    swatch.style.background = classColour(at);
    return element("span", {}, swatch, name);
  });
  box.replaceChildren(...swatches);
}
