// LayerNorm live on one token: x, its mean and variance, normalised, scaled; against scale, shift and another batch.
import { find, findCanvas, whenChanged } from "../../core/dom.js";
import { drawBars } from "../../draw/bars.js";
import { buttonGroup, numbered } from "../../draw/choices.js";
import { picker } from "../../draw/marks.js";
import { slider } from "../../draw/slider.js";
import { format, number, scientific, sentences, word } from "../../read/format.js";
import {
  batchFrom,
  batchNormalised,
  largestDifference,
  mean,
  normalised,
  relativeChange,
  rescaled,
  variance,
} from "../../read/norm.js";
import { pieceName } from "../../read/pieces.js";
import { slice } from "../../read/slice.js";

/** @typedef {import("../../core/lab").LayerNormRun} Run */
/** @typedef {import("../../core/lab").BlocksNormText} Text */
/**
 * batch: tokens of it, the chosen one among them.
 * @typedef {{
 *   token: number, layer: number, part: number, feature: number, pinned: boolean,
 *   scale: number, shift: number, batch: number,
 * }} State
 */

/** Changes below 10^LOWEST are told as smaller than that. */
const LOWEST = -12;

/** @type {(run: Run) => State} */
const first = ({ tokens }) => ({
  token: Math.min(1, tokens.length - 1),
  layer: 0,
  part: 0,
  feature: 0,
  pinned: false,
  scale: 1,
  shift: 0,
  batch: Math.ceil(tokens.length / 2),
});

/** @type {(value: number) => string} */
const told = (value) => number(value, 3);
/**
 * What is added, or taken away: "+ 0.018", "− 0.018".
 * @type {(value: number) => string}
 */
const added = (value) => `${value < 0 ? "−" : "+"} ${told(Math.abs(value))}`;
/** @type {(share: number) => string} */
const wholePercent = (share) => `${(100 * share).toFixed(0)}%`;

/**
 * Everything that a state shows of a run.
 * @param {Run} run
 * @param {State} state
 */
function look({ arrays, eps, tokens }, { token, layer, part, feature, scale, shift, batch }) {
  const rows = tokens.map((_, at) => slice(arrays.x, layer, part, at));
  const [weight, bias] = [slice(arrays.weight, layer, part), slice(arrays.bias, layer, part)];
  const x = Array.from(rows[token], (one) => scale * one + shift);
  const normal = normalised(x, eps);
  const y = rescaled(normal, weight, bias);
  const batches = [batch, tokens.length].map((count) => batchFrom(rows, token, count));
  const [some, all] = batches.map((among) => rescaled(batchNormalised(among, eps), weight, bias));
  const [own, ownOfAll] = batches.map((among) => rescaled(normalised(among[0], eps), weight, bias));
  return {
    x,
    normal,
    y,
    batchY: some,
    mean: mean(x),
    variance: variance(x),
    moved: largestDifference(y, ownOfAll),
    changed: relativeChange(some, all),
    layerChanged: relativeChange(own, ownOfAll),
    feature: { x: x[feature], normal: normal[feature], weight: weight[feature], bias: bias[feature], y: y[feature] },
  };
}

/** @type {(run: Run, state: State, text: Text) => {formula: string, moved: string, changed: string}} */
function lines(run, state, text) {
  const seen = look(run, state);
  const numbers = Object.fromEntries(Object.entries(seen.feature).map(([name, value]) => [name, told(value)]));
  const { mean: mu, variance: sigma } = seen;
  return {
    formula: format(text.formula, {
      ...numbers,
      dimension: state.feature + 1,
      mean: added(-mu),
      bias: added(seen.feature.bias),
      variance: told(sigma),
      eps: scientific(run.eps, -13),
    }),
    moved: format(text.moved, { moved: scientific(seen.moved, LOWEST) }),
    changed: format(text.changed, {
      batch: state.batch,
      all: run.tokens.length,
      changed: wholePercent(seen.changed),
      layer_changed: wholePercent(seen.layerChanged),
    }),
  };
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) =>
    run.tokens.join() === before.tokens.join() && run.arrays.x.shape.join() === before.arrays.x.shape.join()
      ? state
      : first(run),

  build: (root, text, set) => {
    const canvases = ["x", "normalised", "y", "batch-y"].map((name) => findCanvas(root, `canvas.${name}`));
    const limits = [...root.querySelectorAll(".row .limit")];
    const drawTokens = buttonGroup(find(root, ".tokens"), text.token, (token) => set({ token }));
    const drawLayers = buttonGroup(find(root, ".layers"), text.layer, (layer) => set({ layer }));
    const drawParts = buttonGroup(find(root, ".parts"), text.part, (part) => set({ part }));
    const drawScale = slider(find(root, ".scale"), text.scale, { min: 0.25, max: 4, step: 0.25 }, (scale) =>
      set({ scale }),
    );
    const drawShift = slider(find(root, ".shift"), text.shift, { min: -5, max: 5, step: 0.5 }, (shift) =>
      set({ shift }),
    );
    /** @type {ReturnType<typeof slider>} */
    let drawBatch = () => {};
    const onLength = whenChanged();
    const stages = canvases.map((canvas) => /** @type {HTMLElement} */ (canvas.parentElement));
    picker(root, stages, text, set, {
      grid: (/** @type {Run} */ { arrays }) => [1, arrays.weight.shape[2]],
      cell: (_, /** @type {State} */ { feature }) => feature,
      choose: (feature) => ({ feature }),
    });

    return (run, state) => {
      const count = run.tokens.length;
      onLength([count], () => {
        const range = { min: 1, max: count, step: 1 };
        drawBatch = slider(find(root, ".batch"), text.batch, range, (batch) => set({ batch }));
      });
      const { x, normal, y, batchY, moved, changed, mean: mu, variance: sigma } = look(run, state);
      for (const [at, values] of [x, normal, y, batchY].entries()) {
        limits[at].textContent = `±${number(drawBars(canvases[at], values, state.feature), 2)}`;
      }
      drawTokens(
        run.tokens.map((piece, value) => ({ value, label: pieceName(piece, text) })),
        state.token,
      );
      drawLayers(numbered(run.arrays.x.shape[0]), state.layer);
      drawParts(
        run.parts.map((part, value) => ({ value, label: word(text, "part_", part) })),
        state.part,
      );
      drawScale(state.scale, `× ${state.scale}`);
      drawShift(state.shift, `${state.shift < 0 ? "−" : "+"} ${Math.abs(state.shift)}`);
      drawBatch(state.batch, `${state.batch} / ${count}`);
      const given = run.pre_norm ? text.given_pre : text.given_post;
      find(root, ".given").textContent = format(given, { mean: told(mu), variance: told(sigma) });
      const said = lines(run, state, text);
      find(root, ".formula").textContent = said.formula;
      find(root, ".moved").textContent = said.moved;
      find(root, ".changed").textContent = said.changed;
      return { mean: mu, variance: sigma, moved, changed, output: y[state.feature] };
    };
  },

  read: (run, state, text) => {
    const { formula, moved, changed } = lines(run, state, text);
    const place = format(text.reading, {
      token: pieceName(run.tokens[state.token], text),
      layer: state.layer + 1,
      part: word(text, "part_", run.parts[state.part]),
    });
    return sentences(place, formula, moved, changed);
  },
};
