// What models answer to a photo whose parts have moved.
import { canvasElement, element, find, whenChanged } from "../../core/dom.js";
import { drawPixels } from "../../draw/cells.js";
import { format, sentences, word } from "../../read/format.js";
import { slice } from "../../read/slice.js";

/** @typedef {import("../../core/lab").PositionRun} Run */
/** @typedef {import("../../core/lab").PositionModel} Model */
/** @typedef {import("../../core/lab").CnnVsAttentionPositionText} Text */

/**
 * What a model answers to one variant in each setting: the setting's name, and the answer with its numbers.
 * @type {(model: Model, variant: number, text: Text) => {setting: string, result: string}[]}
 */
const answers = ({ settings }, variant, text) => {
  const names = settings.length > 1 ? [text.with, text.without] : [text.only];
  return settings.map((variants, at) => ({
    setting: names[at],
    result: format(text.result, { ...variants[variant] }),
  }));
};

/** @type {(run: Run, index: number, variant: number, text: Text) => HTMLElement} */
function makeVariant(run, index, variant, text) {
  const model = run.models[index];
  const title = format(word(text, "", run.variants[variant]), { ...model });
  const canvas = canvasElement("", `${title} (${model.model})`);
  drawPixels(canvas, slice(run.arrays[`pixels_${index}`], variant));
  const lines = answers(model, variant, text).map(({ setting, result }) =>
    element("p", {}, element("span", { className: "setting", textContent: `${setting} ` }), result),
  );
  return element(
    "div",
    { className: "variant" },
    canvas,
    element("p", { className: "title", textContent: title }),
    ...lines,
  );
}

/** @type {(run: Run, index: number, text: Text) => HTMLElement} */
const makeModel = (run, index, text) =>
  element(
    "section",
    {},
    element("p", { className: "model-name", textContent: run.models[index].model }),
    element(
      "div",
      { className: "variants" },
      ...run.variants.map((_, variant) => makeVariant(run, index, variant, text)),
    ),
  );

/** @type {import("../../core/lab").Widget<Run, {}, Text>} */
export default {
  first: () => ({}),

  keep: (state) => state,

  build: (root, text) => {
    const once = whenChanged();
    return (run) => {
      once([run], () => {
        const sections = run.models.map((_, index) => makeModel(run, index, text));
        find(root, ".models").replaceChildren(...sections);
      });
      return { models: run.models.map(({ model }) => model).join() };
    };
  },

  read: (run, _, text) => {
    const variant = run.variants.indexOf("shuffled");
    const models = run.models.map((model) =>
      format(text.reading, {
        model: model.model,
        variant: format(text.shuffled, { ...model }),
        answers: answers(model, variant, text)
          .map(({ setting, result }) => `${setting} ${result}`)
          .join(text.reading_and),
      }),
    );
    return sentences(...models);
  },
};
