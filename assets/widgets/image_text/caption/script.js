// Captions word by word: where the model looked when it wrote each, layer by layer, and what its gates let through.
import { element, find, findCanvas, nameCanvas, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { colour } from "../../core/theme.js";
import { drawCells, drawPixels, weightColour } from "../../draw/cells.js";
import { OPACITY, opacitySlider } from "../../draw/choices.js";
import { tokenBar } from "../../draw/distribution.js";
import { placeMark, pointIn, thumbPad } from "../../draw/marks.js";
import { slider } from "../../draw/slider.js";
import { stepBar } from "../../draw/step_bar.js";
import { largest, sharesOfLargest, sum } from "../../read/attention.js";
import { gains, gridOf, latents, latentsOf, places } from "../../read/caption.js";
import { cellName, finePercent, format, number, percent, sentences } from "../../read/format.js";
import { pieceName } from "../../read/pieces.js";
import { slice } from "../../read/slice.js";
import { drawHeat, layers, signed } from "./layers.js";

/** @typedef {import("../../core/lab").CaptionRun} Run */
/** @typedef {import("../../core/lab").ImageTextCaptionText} Text */
/** factor: its number among those of the run; step: the last piece that is written; piece: the one that is read.
 * @typedef {{factor: number, step: number, piece: number, layer: number, opacity: number}} State */
/** @typedef {import("../../core/lab").SetState<Run, State>} Set */

/** Milliseconds of a piece. */
const PACE = 500;

/** Whether a word begins is told by a space, not by a sign. @type {(piece: string, text: Text) => string} */
const named = (piece, text) => pieceName(piece, text).replace(/^·(?=.)/, "");

/** The number of the last piece. @type {(run: Run, factor: number) => number} */
const lastOf = (run, factor) => run.written[factor].piece.length - 1;

/** The word that the photo helps most, with gates as learned. @type {(run: Run) => State} */
function first(run) {
  const factor = run.factors.indexOf(1);
  const piece = largest(gains(run, factor));
  return { factor, step: lastOf(run, factor), piece, layer: run.attention_gate.length - 1, opacity: OPACITY };
}

/** What is drawn: no piece that is not written. @type {(run: Run, state: State) => State} */
function drawn(run, state) {
  const step = Math.min(state.step, lastOf(run, state.factor));
  return { ...state, step, piece: Math.min(state.piece, step) };
}

/** What a sentence names of the piece that is read. @type {(run: Run, state: State, text: Text) => Record<string, string>} */
function details(run, { factor, piece }, text) {
  const written = run.written[factor];
  return {
    word: named(written.piece[piece], text),
    piece: number(piece + 1),
    count: number(written.piece.length),
    photo: number(written.under[piece] + 1),
    share: finePercent(Math.exp(written.log_prob[piece])),
    blind: finePercent(Math.exp(written.blind_log_prob[piece])),
    gain: signed(gains(run, factor)[piece]),
  };
}

/** @type {(run: Run, state: State, text: Text) => string} */
function sentenceOf(run, state, text) {
  const look = places(run, state, run.written[state.factor].under[state.piece]);
  const best = largest(look);
  const looked = format(text.look_line, {
    layer: state.layer + 1,
    place: cellName(text.position, best, gridOf(run)),
    share: percent(look[best]),
    sum: percent(sum(look)),
  });
  return sentences(wordLine(run, state, text), looked);
}

/** How probable the piece was, and for the frozen model alone. @type {(run: Run, state: State, text: Text) => string} */
function wordLine(run, state, text) {
  const { closed_count: count, closed_difference } = run;
  const difference = closed_difference.toPrecision(1);
  const closed = closed_difference ? text.word_closed_differs : text.word_closed_exact;
  const said = run.factors[state.factor] ? text.word_line : closed;
  return format(said, { ...details(run, state, text), all: number(count), difference });
}

/** @type {(run: Run, factor: number, text: Text) => string} */
function gateSaid(run, factor, text) {
  const times = run.factors[factor];
  return times === 0 ? text.closed : times === 1 ? text.as_learned : format(text.times, { factor: number(times, 2) });
}

/**
 * Buttons of a photo's pieces; a nat has the full colour.
 * @type {(run: Run, state: State, photo: number, text: Text, set: Set) => HTMLElement[]}
 */
function words(run, { factor }, photo, text, set) {
  const { piece, under, log_prob, blind_log_prob } = run.written[factor];
  const gained = gains(run, factor);
  return piece.flatMap((one, at) => {
    if (under[at] !== photo) return [];
    const [share, blind] = [log_prob, blind_log_prob].map((some) => finePercent(Math.exp(some[at])));
    const title = format(text.word_shares, { word: named(one, text), share, blind });
    const node = element("button", { type: "button", textContent: named(one, text), title, value: String(at) });
    node.onclick = () => set({ piece: at });
    node.classList.toggle("begins", /^[▁<]/.test(one));
    node.classList.toggle("less", gained[at] < 0);
    node.style.setProperty("--adds", `${Math.min(100, 100 * Math.abs(gained[at]))}%`);
    return [node];
  });
}

/** @type {(figures: HTMLElement[], run: Run, state: State, text: Text) => void} */
function drawFigures(figures, run, state, text) {
  const { sees, under } = run.written[state.factor];
  for (const [photo, figure] of figures.entries()) {
    if (figure.hidden) continue;
    const seen = sees[state.piece][photo];
    const said = format(seen ? text.seen : text.unseen, { number: photo + 1 });
    find(figure, "figcaption").textContent = said;
    figure.classList.toggle("chosen", under[state.piece] === photo);
    const heat = findCanvas(figure, ".heat");
    nameCanvas(heat, said);
    if (seen) drawHeat(heat, run, state, photo);
    else drawCells(heat, [0], [1, 1], () => colour("masked", 225));
    for (const button of figure.querySelectorAll("button")) {
      const at = Number(button.value);
      button.classList.toggle("later", at > state.step);
      button.setAttribute("aria-pressed", String(at === state.piece));
    }
  }
}

/** @type {(root: HTMLElement, run: Run, state: State, text: Text) => void} */
function drawAlternatives(root, run, { factor, piece }, text) {
  const { alternative, alternative_log_prob, alternative_blind_log_prob } = run.written[factor];
  const shares = alternative_log_prob[piece].map(Math.exp);
  const bars = alternative[piece].map((one, rank) => {
    const own = Math.exp(alternative_blind_log_prob[piece][rank]);
    return tokenBar({ name: named(one, text), own, now: shares[rank], marks: rank ? "" : "▶" });
  });
  find(root, ".token-bars").replaceChildren(...bars);
  find(root, ".rest").textContent = format(text.rest_share, { share: finePercent(Math.max(0, 1 - sum(shares))) });
}

/** Names beside the mask, each as long as its part. @type {(box: HTMLElement, said: string, lengths: number[]) => void} */
function nameParts(box, said, lengths) {
  const names = lengths.map((length, at) => {
    const node = element("span", { textContent: format(said, { number: at + 1 }) });
    node.style.flex = `${length} 1 0`;
    return node;
  });
  box.replaceChildren(...names);
}

/**
 * A row for each piece that is written, a column for each latent of each photo.
 * @type {(root: HTMLElement, run: Run, state: State, text: Text) => void}
 */
function drawMask(root, run, state, text) {
  const [photos, count] = latentsOf(run);
  const { piece, sees, under } = run.written[state.factor];
  const [masked, absent] = [colour("masked", 120), colour("absent", 28)];
  const cells = piece.flatMap((_, at) => {
    const row = sharesOfLargest(latents(run, { ...state, piece: at }));
    const paint = (/** @type {number} */ weight, /** @type {number} */ column) =>
      sees[at][Math.floor(column / count)] ? weightColour(weight) : masked;
    return Array.from(row, (weight, column) => (at > state.step ? absent : paint(weight, column)));
  });
  const canvas = findCanvas(root, ".mask canvas");
  drawCells(canvas, cells, [piece.length, photos * count], (cell) => cell);
  nameCanvas(canvas, text.mask);
  placeMark(find(root, ".mask .mark"), state.piece, [piece.length, 1]);
  nameParts(find(root, ".mask .columns"), text.photo, Array(photos).fill(count));
  const lengths = Array.from({ length: photos }, (_, photo) => under.filter((one) => one === photo).length);
  nameParts(find(root, ".mask .rows"), text.caption, lengths);
}

/** Keys, the pad of a thumb, and clicks on a row of the mask. @type {(root: HTMLElement, text: Text, set: Set) => void} */
function ways(root, text, set) {
  const arrows = (/** @type {number} */ down, /** @type {number} */ right) =>
    set((state, run) => {
      const { step, piece } = drawn(run, state);
      const [layer, next] = [state.layer + down, piece + right];
      const there = layer >= 0 && layer < run.attention_gate.length && next >= 0 && next <= step;
      return there ? { layer, piece: next } : null;
    });
  bindKeys(root, { arrows });
  find(root, ".pictures").after(thumbPad(text, arrows));
  find(root, ".mask .picture").onclick = (event) => {
    const [down] = pointIn(event);
    set((state, run) => {
      const piece = Math.floor(down * (lastOf(run, state.factor) + 1));
      return { piece, step: Math.max(state.step, piece) };
    });
  };
}

/**
 * The slider of the gates; whole captions stay whole.
 * @type {(root: HTMLElement, text: Text, set: Set) => (run: Run, factor: number) => void}
 */
function gateSlider(root, text, set) {
  const box = find(root, ".gate");
  const draw = slider(box, text.gates, { min: 0, max: 1, step: 1 }, (factor) =>
    set((state, run) => {
      const whole = state.step >= lastOf(run, state.factor);
      return { factor, step: whole ? lastOf(run, factor) : Math.min(state.step, lastOf(run, factor)) };
    }),
  );
  return (run, factor) => {
    find(box, "input").setAttribute("max", String(run.factors.length - 1));
    draw(factor, gateSaid(run, factor, text));
  };
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => {
    if (JSON.stringify(run.written) === JSON.stringify(before.written)) return state;
    const begin = first(run);
    const { length } = run.attention_gate;
    return { ...begin, layer: state.layer < length ? state.layer : begin.layer, opacity: state.opacity };
  },

  build: (root, text, set) => {
    const figures = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("figure")]);
    const drawGate = gateSlider(root, text, set);
    const drawSteps = stepBar(root, find(root, ".step-row"), text, set, {
      count: (run, { factor }) => lastOf(run, factor) + 1,
      pace: () => PACE,
      change: (step) => ({ piece: step }),
    });
    const drawOpacity = opacitySlider(root, find(root, ".overlay"), text.opacity, set);
    const drawLayers = layers(root, text, set);
    ways(root, text, set);
    const [onRun, onWritten] = [whenChanged(), whenChanged()];
    return (run, state) => {
      const now = drawn(run, state);
      onRun([run], () => {
        for (const [photo, figure] of figures.entries()) {
          figure.hidden = photo >= run.arrays.pixels.shape[0];
          if (figure.hidden) continue;
          const canvas = findCanvas(figure, ".photo");
          drawPixels(canvas, slice(run.arrays.pixels, photo));
          nameCanvas(canvas, format(text.photo, { number: photo + 1 }));
          find(figure, ".words").ariaLabel = format(text.words, { number: photo + 1 });
        }
      });
      onWritten([run, now.factor], () => {
        for (const [photo, figure] of figures.entries())
          find(figure, ".words").replaceChildren(...words(run, now, photo, text, set));
      });
      const said = details(run, now, text);
      find(root, ".at").textContent = format(text.at, said);
      find(root, ".looked").textContent = format(text.layers, said);
      find(root, ".layers").ariaLabel = format(text.layers, said);
      drawGate(run, now.factor);
      drawSteps(run, now);
      drawOpacity(now);
      drawFigures(figures, run, now, text);
      drawLayers(run, now);
      drawAlternatives(root, run, now, text);
      drawMask(root, run, now, text);
      find(root, ".readout").textContent = sentenceOf(run, now, text);
      return { word: now.piece, share: Math.exp(run.written[now.factor].log_prob[now.piece]) };
    };
  },

  read: (run, state, text) => sentenceOf(run, drawn(run, state), text),
};
