// The lecture's code as the switches are, and what its chosen line makes.
import { element, find } from "../../core/dom.js";
import { codePanel } from "../../draw/code_panel.js";
import { decimal, strip } from "../../draw/strip.js";
import { format, scientific } from "../../read/format.js";
import { codeOf, lineRow } from "../../read/heads.js";

/** @typedef {import("./script.js").Run} Run */
/** @typedef {import("./script.js").Text} Text */
/** @typedef {import("./script.js").State} State */
/** @typedef {import("./script.js").Set} Set */
/** @typedef {import("../../read/heads.js").Heads} Heads */

/** The exponent of the least difference that is written out. */
const LOWEST = -12;

/** What the chosen line makes, as a sentence. @type {(run: Run, heads: Heads, state: State, text: Text) => string} */
export function lineSaid(run, heads, state, text) {
  const { made } = codeOf(run, state);
  const { name, shape } = made[state.step];
  const row = lineRow(run, heads, made, state);
  const details = { name, shape: shape.join(" × "), head: state.head + 1, query: state.query + 1, key: state.key + 1 };
  if (!row) return format(text.line_unsent, details);
  const numbers = [...row.subarray(0, 4)].map(decimal).join(", ") + (row.length > 4 ? ", …" : "");
  const sentence = { k: text.line_key, v: text.line_key, joined: text.line_all, output: text.line_all }[name];
  return format(sentence ?? text.line_query, { ...details, numbers });
}

/** How far the code's numbers lie from others'. @type {(run: Run, state: State, text: Text) => string} */
function checkSaid(run, state, text) {
  const code = codeOf(run, state);
  const told = (/** @type {number} */ apart) => (apart ? scientific(apart, LOWEST) : "0");
  const model = state.split ? null : code.model_difference[state.layer];
  const details = { layer: state.layer + 1, difference: told(code.difference[state.layer]) };
  const check =
    model === null ? format(text.check_changed, details) : format(text.check, { ...details, model: told(model) });
  return run.positions ? check : `${check} ${text.no_positions}`;
}

/** The lecture's code as the switches are, and what its chosen line makes.
 * @type {(root: HTMLElement, text: Text, set: Set) => (run: Run, state: State, heads: Heads) => void} */
export function code(root, text, set) {
  const drawCode = codePanel(root, text, set, codeOf);
  const row = strip((place) => set({ place }));
  const said = element("p", { className: "line-said" });
  find(root, ".made").append(row.node, said);
  return (run, state, heads) => {
    drawCode(run, state);
    const { made } = codeOf(run, state);
    const numbers = lineRow(run, heads, made, state);
    row.node.hidden = !numbers;
    if (numbers) row.draw({ numbers, name: made[state.step].name, place: state.place });
    said.textContent = lineSaid(run, heads, state, text);
    find(root, ".check").textContent = checkSaid(run, state, text);
  };
}
