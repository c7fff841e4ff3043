// The lecture's code, line by line, each beside the tensor that it makes.
import { element, find, whenChanged } from "../core/dom.js";
import { stepBar } from "../draw/step_bar.js";
import { decimal, strip } from "../draw/strip.js";
import { format, scientific } from "../read/format.js";
import { lineRow } from "../read/heads.js";

/** @typedef {import("../core/lab").WalkRun} Run */
/** @typedef {import("../core/lab").AnatomyAttentionText} Text */
/** @typedef {import("../read/heads.js").Heads} Heads */
/** @typedef {{step: number, place: number, layer: number, head: number, query: number, key: number}} Chosen */

const LOWEST = -12;

/** The row of the tensor that the chosen line makes; null where the heads are not those of the code.
 * @type {(run: Run, heads: Heads | null, state: Chosen) => Float32Array | null} */
export const madeRow = (run, heads, state) => heads && lineRow(run, heads, run.code.made[state.step].name, state);

/** What the chosen line makes, as a sentence.
 * @type {(run: Run, heads: Heads | null, state: Chosen, text: Text) => string} */
export function lineSaid(run, heads, state, text) {
  const { name, shape } = run.code.made[state.step];
  const row = madeRow(run, heads, state);
  const details = { name, shape: shape.join(" × "), head: state.head + 1, query: state.query + 1, key: state.key + 1 };
  if (!row) return format(text.line_elsewhere, details);
  const numbers = [...row.subarray(0, 4)].map(decimal).join(", ") + (row.length > 4 ? ", …" : "");
  const sentence = { k: text.line_key, v: text.line_key, joined: text.line_all, output: text.line_all }[name];
  return format(sentence ?? text.line_query, { ...details, numbers });
}

/**
 * The listing and, beside it, what the chosen line makes; the step bar chooses a line for who has no pointer.
 * The heads are those of the self-attention that it computes, as the model has it; null while others are shown.
 * @param {HTMLElement} root
 * @param {Text} text
 * @param {import("../core/lab").SetState<Run, any>} set
 * @returns {(run: Run, heads: Heads | null, state: any) => void}
 */
export function codePanel(root, text, set) {
  const listing = find(root, ".listing");
  const drawSteps = stepBar(root, find(root, ".film"), text, set, { count: (run) => run.code.made.length });
  const row = strip((place) => set({ place }));
  const said = element("p", { className: "line-said" });
  find(root, ".made").append(row.node, said);
  const onCode = whenChanged();

  /** @type {(run: Run) => void} */
  const build = ({ code }) => {
    const lines = code.lines.map((whole, at) => {
      const line = whole.replace(/^ +/, (indent) => " ".repeat(indent.length / 2));
      const step = code.made.findIndex((one) => one.line === code.first + at);
      if (step < 0) return element("div", { className: "line", textContent: line });
      const shape = element("span", { className: "shape", textContent: code.made[step].shape.join("×") });
      const act = () => set({ step });
      const node = element("div", { className: "line", onclick: act }, line, shape);
      node.addEventListener("pointerenter", act);
      node.dataset.step = String(step);
      return node;
    });
    listing.replaceChildren(...lines);
  };

  return (run, heads, state) => {
    onCode([run], () => build(run));
    drawSteps(run, state);
    for (const node of listing.children) {
      node.classList.toggle("now", node.getAttribute("data-step") === String(state.step));
    }
    const { name } = run.code.made[state.step];
    const numbers = madeRow(run, heads, state);
    row.node.hidden = !numbers;
    if (numbers) row.draw({ numbers, name, place: state.place });
    said.textContent = lineSaid(run, heads, state, text);
    const [difference, model] = [run.code.difference[state.layer], run.code.model_difference[state.layer]];
    find(root, ".check").textContent = format(text.check, {
      layer: state.layer + 1,
      difference: difference ? scientific(difference, LOWEST) : "0",
      model: model ? scientific(model, LOWEST) : "0",
    });
  };
}
