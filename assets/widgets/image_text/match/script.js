// A photo against sentences: cosines, what a temperature makes of them, and what each place and word adds.
import { element, find, findCanvas, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { drawCells, drawPixels, drawRamp, signedColour, signedOverlayColour } from "../../draw/cells.js";
import { OPACITY, opacitySlider } from "../../draw/choices.js";
import { cellName, finePercent, format, number, sentences } from "../../read/format.js";
import { ofPhoto, ofText, softmax, temperature } from "../../read/match.js";
import { temperatureSlider } from "../temperature.js";

/** @typedef {import("../../core/lab").MatchRun} Run */
/** @typedef {import("../../core/lab").ImageTextMatchText} Text */
/** sentence: the chosen one. temperature: the decimal logarithm of what a visitor chose, null for the learned one.
 * @typedef {{sentence: number, temperature: number | null, opacity: number}} State */

/** A part of a cosine, with its sign. @type {(value: number) => string} */
const signed = (value) => `${value < 0 ? "" : "+"}${number(value, 3)}`;

/** What each place adds, row by row. @type {(run: Run, sentence: number) => Float32Array} */
function places({ arrays: { place } }, sentence) {
  const [, down, across] = place.shape;
  return Float32Array.from(place.subarray(sentence * down * across, (sentence + 1) * down * across));
}

/** What each word piece adds. @type {(run: Run, sentence: number) => number[]} */
function words({ arrays: { word }, piece }, sentence) {
  const begin = sentence * word.shape[1];
  return Array.from(word.subarray(begin, begin + piece[sentence].length));
}

/** The largest size among numbers. @type {(numbers: ArrayLike<number>) => number} */
const size = (numbers) => Math.max(1e-9, ...Array.from(numbers, Math.abs));

/** @type {(run: Run, state: State) => {cosine: number, share: number, among: number}} */
function look(run, state) {
  const at = temperature(run, state.temperature);
  const cosines = ofPhoto(run, run.photo);
  return {
    cosine: cosines[state.sentence],
    share: softmax(cosines, at)[state.sentence],
    among: softmax(ofText(run, state.sentence), at)[run.photo],
  };
}

/** @type {(run: Run, state: State, text: Text) => string} */
function sentenceOf(run, state, text) {
  const { sentence } = state;
  const { cosine, share, among } = look(run, state);
  const [photos] = run.arrays.cosine.shape;
  const details = { text: run.text[sentence], cosine: number(cosine, 2), share: finePercent(share) };
  const said = [format(text.readout, { ...details, count: run.text.length })];
  if (photos > 1) said.push(format(text.among, { count: photos, share: finePercent(among) }));
  if (run.splits) {
    const added = places(run, sentence);
    const best = added.indexOf(Math.max(...added));
    const named = cellName(text.place, best, run.arrays.place.shape.slice(1));
    said.push(format(text.best_place, { place: named, adds: signed(added[best]) }));
  } else said.push(text.no_parts);
  return sentences(...said);
}

/** @type {(run: Run, state: State, set: import("../../core/lab").SetState<Run, State>) => HTMLElement[]} */
function rows(run, state, set) {
  const cosines = ofPhoto(run, run.photo);
  const shares = softmax(cosines, temperature(run, state.temperature));
  return run.text.map((text, at) => {
    const bar = element("span", { className: "bar" });
    bar.style.setProperty("--share", `${100 * shares[at]}%`);
    const numbers = [element("b", { textContent: finePercent(shares[at]) }), number(cosines[at], 2)];
    const said = element("span", { className: "says", textContent: text });
    const button = element("button", { type: "button", onclick: () => set({ sentence: at }) }, said, bar);
    button.append(element("span", { className: "numbers" }, ...numbers));
    button.setAttribute("aria-pressed", String(at === state.sentence));
    return element("li", {}, button);
  });
}

/** @type {(run: Run, sentence: number) => HTMLElement[]} */
function pieces(run, sentence) {
  const added = words(run, sentence);
  const most = size(added);
  return run.piece[sentence].map((piece, at) => {
    const node = element("span", { className: "piece" }, element("span", { textContent: piece.replace(/^##/, "…") }));
    if (!run.splits) return node;
    const [red, green, blue] = signedColour(added[at] / most);
    node.style.setProperty("--adds", `rgb(${red} ${green} ${blue})`);
    node.append(element("small", { textContent: signed(added[at]) }));
    return node;
  });
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first: (run) => {
    const cosines = ofPhoto(run, run.photo);
    return { sentence: cosines.indexOf(Math.max(...cosines)), temperature: null, opacity: OPACITY };
  },

  keep(state, run, before) {
    if (run.text.join("\n") === before.text.join("\n")) return state;
    return { ...this.first(run), temperature: state.temperature, opacity: state.opacity };
  },

  build: (root, text, set) => {
    const drawOpacity = opacitySlider(root, find(root, ".overlay"), text.opacity, set);
    const drawTemperature = temperatureSlider(find(root, ".warps"), text, set);
    const list = find(root, ".sentences");
    drawRamp(find(root, ".ramp"), signedColour, [-1, 1]);
    bindKeys(root, {
      arrows: (down) =>
        set(({ sentence }, run) => {
          const next = sentence + down;
          return down && next >= 0 && next < run.text.length ? { sentence: next } : null;
        }),
    });
    const onSentences = whenChanged();
    return (run, state) => {
      onSentences([run, state.sentence, state.temperature], () => {
        const focused = list.contains(document.activeElement);
        list.replaceChildren(...rows(run, state, set));
        if (focused) find(list, '[aria-pressed="true"]').focus();
        find(root, ".words").replaceChildren(...pieces(run, state.sentence));
      });
      const added = places(run, state.sentence);
      const most = size(added);
      drawPixels(findCanvas(root, ".photo"), run.arrays.pixels);
      drawCells(findCanvas(root, ".heat"), added, run.arrays.place.shape.slice(1), (one) =>
        signedOverlayColour(one / most),
      );
      for (const name of [".heat", ".overlay", ".legend"]) find(root, name).hidden = !run.splits;
      find(root, ".least").textContent = `−${number(most, 3)}`;
      find(root, ".most").textContent = `+${number(most, 3)}`;
      drawOpacity(state);
      drawTemperature(run, state.temperature);
      find(root, ".readout").textContent = sentenceOf(run, state, text);
      return look(run, state);
    };
  },

  read: sentenceOf,
};
