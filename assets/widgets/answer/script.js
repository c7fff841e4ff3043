// A model's most probable classes as bars.
import { find, make } from "../core/dom.js";
import { fill } from "../read/format.js";

/** @typedef {import("../core/lab").AnswerRun} Run */
/** @typedef {import("../core/lab").SharedText} Text */
/** @typedef {Record<string, never>} State */

/** @param {Run["classes"][number]} answer */
function barOf({ label, share, percent }) {
  const length = make("span");
  length.style.width = `${100 * share}%`;
  return make(
    "li",
    {},
    make("span", { className: "label", textContent: label }),
    make("span", { className: "percent", textContent: percent }),
    make("span", { className: "bar" }, length),
  );
}

/** @type {import("../core/lab").Widget<Run, State, Text>} */
export default {
  first: () => ({}),

  keep: (state) => state,

  build: (root) => (run) => {
    find(root, ".model").textContent = run.model;
    find(root, ".bars").replaceChildren(...run.classes.map(barOf));
    return { label: run.classes[0].label, share: run.classes[0].share };
  },

  read: ({ model, classes }, _, text) => {
    const told = classes.map(({ label, percent }) => fill(text.answer_class, { label, share: percent }));
    return fill(text.answer_reading, { model, classes: told.join(text.answer_comma) });
  },
};
