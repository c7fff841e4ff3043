// A model's most probable classes as bars.
import { element, find } from "../core/dom.js";
import { format } from "../read/format.js";

/** @typedef {import("../core/lab").AnswerRun} Run */
/** @typedef {import("../core/lab").SharedText} Text */
/** @typedef {Record<string, never>} State */

/** @param {Run["classes"][number]} answer */
function barOf({ label, share, percent }) {
  const length = element("span");
  length.style.width = `${100 * share}%`;
  return element(
    "li",
    {},
    element("span", { className: "label", textContent: label }),
    element("span", { className: "percent", textContent: percent }),
    element("span", { className: "bar" }, length),
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
    const shares = classes.map(({ label, percent }) => format(text.answer_class, { label, share: percent }));
    return format(text.answer_reading, { model, classes: shares.join(text.answer_comma) });
  },
};
