// A graph that one can cut: attention along its edges, what a network says of a node, and what another edge changes.
import { find, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { buttonGroup, numbered } from "../../draw/choices.js";
import { thumbPad } from "../../draw/marks.js";
import { stepBar } from "../../draw/step_bar.js";
import { format, percent, sentences } from "../../read/format.js";
import { answer, channelOf, has, headsOfLayers, hops, pairOf, pairsOf, takes, toggled } from "../../read/graph.js";
import { drawLegend, graphMap } from "./map.js";

/** @typedef {import("../../core/lab").GraphRun} Run */
/** @typedef {import("../../core/lab").GraphPair} Pair */
/** @typedef {import("../../core/lab").GraphGraphText} Text */
/** @typedef {import("./map.js").State} State */

/** How many of a node's sources are told. */
const TOLD = 3;

/**
 * The run's own node, and whom it takes most from.
 * @type {(run: Run) => State}
 */
function first(run) {
  const node = run.first;
  const [other] = takes(run, 0, node).filter(({ source }) => source !== node);
  return { step: 0, layer: 0, head: 0, node, other: other?.source ?? (node ? 0 : 1), moved: {} };
}

/** @type {(run: Run, node: number, text: Text) => string} */
function saysLine(run, node, text) {
  const { arrays, classes, nodes } = run;
  const [now, before] = [answer(arrays.probability, node), answer(arrays.whole, node)];
  const name = { node: nodes[node] };
  const said =
    now.best < 0
      ? format(text.unsaid, name)
      : format(text.says, { ...name, class: classes[now.best], share: percent(now.share) });
  const changed = run.cut.length + run.added.length;
  const was =
    changed && before.best >= 0
      ? format(text.said_before, { class: classes[before.best], share: percent(before.share) })
      : "";
  const label = arrays.label[node];
  const truth =
    label < 0 ? text.unknown : format(arrays.known[node] ? text.told : text.not_told, { class: classes[label] });
  return sentences(said, was, truth);
}

/** @type {(run: Run, state: State, text: Text) => string} */
function takesLine(run, state, text) {
  const taken = takes(run, channelOf(run, state), state.node);
  if (!taken.length) return text.unweighed;
  const most = taken.slice(0, TOLD).map(({ source, weight }) => {
    const name = source === state.node ? text.itself : run.nodes[source];
    return format(text.taken, { node: name, share: percent(weight) });
  });
  return format(text.takes, { count: taken.length, most: most.join(text.comma) });
}

/** @type {(run: Run, node: number, text: Text) => string} */
function hearsLine(run, node, text) {
  if (answer(run.arrays.probability, node).best < 0) return "";
  const layers = headsOfLayers(run).length;
  const away = hops(run, node);
  const within = (/** @type {number} */ hop) => away.filter((one) => one > 0 && one <= hop).length;
  return format(text.hears, { near: within(1), layers, far: within(layers), others: run.nodes.length - 1 });
}

/** @type {(run: Run) => {flips: number, moved: number[]}} */
function changes({ nodes, arrays: { probability, whole } }) {
  const moved = nodes.map((_, at) => {
    const [now, before] = [answer(probability, at).row, answer(whole, at).row];
    return Math.max(...now.map((share, label) => Math.abs(share - before[label])));
  });
  const flips = nodes.filter((_, at) => answer(probability, at).best !== answer(whole, at).best).length;
  return { flips, moved: moved.filter((one) => !Number.isNaN(one)) };
}

/** @type {(run: Run, text: Text) => string} */
function changedLine(run, text) {
  if (!run.cut.length && !run.added.length) return text.unchanged;
  const { flips, moved } = changes(run);
  return format(text.changed, {
    cut: run.cut.length,
    added: run.added.length,
    flips,
    moved: moved.filter((one) => one > 1e-6).length,
  });
}

/** @type {(run: Run, state: State, text: Text) => string} */
const whereLine = ({ arrays: { explained } }, { step }, text) =>
  step ? format(text.projected, { layer: step, share: percent(explained[step - 1]) }) : text.drawn;

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => {
    if (run.nodes.join("\n") !== before.nodes.join("\n")) return first(run);
    const heads = headsOfLayers(run);
    const same = heads.join() === headsOfLayers(before).join() && state.head < heads[state.layer];
    return same ? state : { ...state, layer: 0, head: 0 };
  },

  build: (root, text, set, act) => {
    /** @type {(run: Run, pair: Pair) => void} */
    const toggle = (run, pair) => act("change", { [run.sets]: toggled([...run.cut, ...run.added], pair) });
    /** @type {(make: (state: State & import("../../core/lab").Pending, run: Run) => Pair | null) => void} */
    const ask = (make) => {
      set((state, run) => {
        const pair = state.pending ? null : make(state, run);
        if (pair && (run.adds || has([...pairsOf(run), ...run.cut], pair))) toggle(run, pair);
        return null;
      });
    };
    /** @type {(state: State) => Pair | null} */
    const chosenPair = ({ node, other }) => (other >= 0 && other !== node ? pairOf(node, other) : null);

    const drawMap = graphMap(find(root, ".map"), text.picture, {
      choose: (node) => set((state) => (state.node === node ? null : { node, other: state.node })),
      drag: (node, place) => set((state) => (state.step ? null : { moved: { ...state.moved, [node]: place } })),
      toggle: (pair) => ask(() => pair),
    });
    const drawFilm = stepBar(root, find(root, ".film"), text, set, {
      count: (/** @type {Run} */ run) => run.arrays.explained.length + 1,
      pace: () => 1500,
    });
    const drawLayers = buttonGroup(find(root, ".layers"), text.layer, (/** @type {number} */ layer) =>
      set({ layer, head: 0 }),
    );
    const drawHeads = buttonGroup(find(root, ".heads"), text.head, (/** @type {number} */ head) => set({ head }));
    const [button, restore] = [".toggle", ".restore"].map(
      (name) => /** @type {HTMLButtonElement} */ (find(root, name)),
    );
    button.addEventListener("click", () => ask(chosenPair));
    restore.addEventListener("click", () =>
      set((_, run) => {
        act("change", { [run.sets]: [] });
        return null;
      }),
    );
    const arrows = (/** @type {number} */ down, /** @type {number} */ right) =>
      set(({ node, other }, { nodes }) => {
        const next = (/** @type {number} */ at, /** @type {number} */ by) => (at + by + nodes.length) % nodes.length;
        return right ? { node: next(node, right) } : { other: next(other, down) };
      });
    bindKeys(root, { arrows, Enter: () => ask(chosenPair) });
    find(root, ".side .hint").before(thumbPad(text, arrows));
    const onRun = whenChanged();

    return (run, state) => {
      const counts = headsOfLayers(run);
      const [pair, pairs] = [chosenPair(state), pairsOf(run)];
      onRun([run], () => drawLegend(find(root, ".legend"), run.classes));
      drawMap(run, state);
      drawFilm(run, state);
      find(root, ".film").hidden = !run.arrays.explained.length;
      drawLayers(numbered(counts.length), state.layer);
      drawHeads(numbered(counts[state.layer]), state.head);
      const names = { one: run.nodes[state.node], other: run.nodes[state.other] };
      const there = pair !== null && has(pairs, pair);
      button.textContent = format(there ? text.cut : text.add, names);
      button.disabled = !pair || Boolean(state.pending) || !(there || run.adds || has(run.cut, pair));
      restore.disabled = Boolean(state.pending) || !(run.cut.length + run.added.length);
      find(root, ".says").textContent = saysLine(run, state.node, text);
      find(root, ".takes").textContent = takesLine(run, state, text);
      find(root, ".hears").textContent = hearsLine(run, state.node, text);
      find(root, ".changed").textContent = changedLine(run, text);
      find(root, ".where").textContent = whereLine(run, state, text);
      const { flips, moved } = changes(run);
      const weight = takes(run, channelOf(run, state), state.node).find(({ source }) => source === state.other)?.weight;
      return {
        edges: pairs.length,
        probability: answer(run.arrays.probability, state.node).share,
        weight: weight ?? 0,
        flips,
        movedMost: Math.max(...moved),
      };
    };
  },

  read: (run, state, text) =>
    sentences(
      saysLine(run, state.node, text),
      takesLine(run, state, text),
      hearsLine(run, state.node, text),
      changedLine(run, text),
      whereLine(run, state, text),
    ),
};
