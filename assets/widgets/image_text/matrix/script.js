// Every photo against every sentence: cosines, their softmax both ways, and the loss of the diagonal.
import { canvasElement, element, find, findCanvas, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { drawPixels } from "../../draw/cells.js";
import { buttonGroup } from "../../draw/choices.js";
import { finePercent, format, number, word } from "../../read/format.js";
import { loss, ofPhoto, ofText, softmax, temperature } from "../../read/match.js";
import { temperatureSlider } from "../temperature.js";

/** @typedef {import("../../core/lab").MatrixRun} Run */
/** @typedef {import("../../core/lab").ImageTextMatrixText} Text */
/** cosine: as it is; over_texts: each photo's shares of the sentences; over_photos: each sentence's of the photos.
 * @typedef {"cosine" | "over_texts" | "over_photos"} Measure */
/** @typedef {{measure: Measure, photo: number, sentence: number, temperature: number | null}} State */

/** @type {readonly Measure[]} */
const MEASURES = ["cosine", "over_texts", "over_photos"];

/** @type {(run: Run, state: Pick<State, "measure" | "temperature">, photo: number, sentence: number) => number} */
function value(run, { measure, temperature: chosen }, photo, sentence) {
  const at = temperature(run, chosen);
  if (measure === "over_texts") return softmax(ofPhoto(run, photo), at)[sentence];
  if (measure === "over_photos") return softmax(ofText(run, sentence), at)[photo];
  return ofPhoto(run, photo)[sentence];
}

/** @type {(run: Run, state: State, photo: number, sentence: number) => string} */
const shown = (run, state, photo, sentence) => {
  const found = value(run, state, photo, sentence);
  return state.measure === "cosine" ? number(found, 2) : finePercent(found);
};

/** @type {(run: Run, photo: number, text: Text) => string} */
const photoName = (run, photo, text) =>
  photo === run.photo ? text.own : format(text.photo_number, { number: photo + 1 });

/** @type {(run: Run, state: State, text: Text) => string} */
function sentenceOf(run, state, text) {
  const { photo, sentence, measure } = state;
  return format(word(text, "says_", measure), {
    ...{ photo: photoName(run, photo, text), text: run.text[sentence] },
    value: shown(run, state, photo, sentence),
  });
}

/** @type {(run: Run, state: State, text: Text) => string} */
function lossLine(run, state, text) {
  const found = loss(run, temperature(run, state.temperature));
  if (found === null) {
    const [photos, sentences] = run.arrays.cosine.shape;
    return format(text.unpaired, { photos, sentences });
  }
  return format(text.loss, { loss: number(found, 2), chance: number(Math.log(run.text.length), 2) });
}

/** @type {(run: Run, text: Text) => HTMLElement[]} */
function heads(run, text) {
  const [photos] = run.arrays.cosine.shape;
  const thumbs = Array.from({ length: photos }, (_, photo) => {
    const head = element("th", { scope: "col" }, canvasElement("thumb", photoName(run, photo, text)));
    head.append(element("small", { textContent: photo === run.photo ? text.own_short : String(photo + 1) }));
    return head;
  });
  return [element("th", { scope: "col", textContent: text.corner }), ...thumbs];
}

/** @type {(run: Run, photo: number) => import("../../core/lab").NumberArray} */
function thumb({ arrays }, photo) {
  const [, ...shape] = arrays.thumb.shape;
  const length = shape.reduce((product, one) => product * one, 1);
  return Object.assign(arrays.thumb.subarray(photo * length, (photo + 1) * length), { shape });
}

/** @type {(run: Run, set: import("../../core/lab").SetState<Run, State>) => HTMLElement[]} */
function rows(run, set) {
  const [photos] = run.arrays.cosine.shape;
  return run.text.map((text, sentence) => {
    const head = element("th", { scope: "row", textContent: `${sentence + 1} · ${text}` });
    const cells = Array.from({ length: photos }, (_, photo) => {
      const button = element("button", { type: "button", tabIndex: -1, onclick: () => set({ photo, sentence }) });
      return element("td", { className: photo === sentence ? "pair" : "" }, button);
    });
    return element("tr", {}, head, ...cells);
  });
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first: ({ photo, text }) => ({
    ...{ measure: "cosine", photo, temperature: null },
    sentence: Math.min(photo, text.length - 1),
  }),

  keep(state, run, before) {
    if (run.arrays.cosine.shape.join() === before.arrays.cosine.shape.join()) return state;
    return { ...this.first(run), measure: state.measure, temperature: state.temperature };
  },

  build: (root, text, set) => {
    const drawMeasures = buttonGroup(find(root, ".measures"), text.measure, (/** @type {Measure} */ measure) =>
      set({ measure }),
    );
    const drawTemperature = temperatureSlider(find(root, ".warps"), text, set);
    const table = find(root, ".cells");
    bindKeys(root, {
      arrows: (down, right) =>
        set((state, run) => {
          const [photos, texts] = run.arrays.cosine.shape;
          const [photo, sentence] = [state.photo + right, state.sentence + down];
          return photo >= 0 && photo < photos && sentence >= 0 && sentence < texts ? { photo, sentence } : null;
        }),
    });
    const onRun = whenChanged();
    return (run, state) => {
      const [photos] = run.arrays.cosine.shape;
      onRun([run], () => {
        find(root, ".photos").replaceChildren(...heads(run, text));
        table.replaceChildren(...rows(run, set));
        for (let photo = 0; photo < photos; photo++) {
          drawPixels(findCanvas(root, `.photos th:nth-child(${photo + 2}) canvas`), thumb(run, photo));
        }
      });
      for (const [sentence, row] of [...table.children].entries()) {
        for (const [photo, button] of [...row.querySelectorAll("button")].entries()) {
          button.textContent = shown(run, state, photo, sentence);
          button.style.setProperty("--share", `${100 * Math.max(0, value(run, state, photo, sentence))}%`);
          button.setAttribute("aria-pressed", String(photo === state.photo && sentence === state.sentence));
        }
      }
      drawMeasures(
        MEASURES.map((measure) => ({ value: measure, label: word(text, "measure_", measure) })),
        state.measure,
      );
      drawTemperature(run, state.temperature);
      find(root, ".loss").textContent = lossLine(run, state, text);
      find(root, ".readout").textContent = sentenceOf(run, state, text);
      return { shown: value(run, state, state.photo, state.sentence) };
    };
  },

  read: sentenceOf,
};
