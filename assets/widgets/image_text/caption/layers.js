// The layers of a model that sees: where each looked at a photo, and what its gates let through.
import { canvasElement, element, find, findCanvas, whenChanged } from "../../core/dom.js";
import { drawCells, drawPixels, overlayColour } from "../../draw/cells.js";
import { sharesOfLargest } from "../../read/attention.js";
import { gridOf, places } from "../../read/caption.js";
import { format, number, word } from "../../read/format.js";
import { slice } from "../../read/slice.js";

/** @typedef {import("../../core/lab").CaptionRun} Run */
/** @typedef {import("../../core/lab").ImageTextCaptionText} Text */
/** @typedef {import("../../read/caption.js").Word} Word */

const GATES = /** @type {const} */ (["attention", "feed_forward"]);

/** A number with its sign; what rounds to 0 has none. @type {(value: number) => string} */
export const signed = (value) => `${value >= 0.005 ? "+" : ""}${number(value, 2)}`;

/** A photo under where it was looked at. @type {(heat: HTMLCanvasElement, run: Run, word: Word, photo: number) => void} */
export const drawHeat = (heat, run, word, photo) =>
  drawCells(heat, sharesOfLargest(places(run, word, photo)), gridOf(run), overlayColour);

/** A gate as a bar to the right of 0, or to the left. @type {(name: string, gate: number, most: number) => HTMLElement} */
function gateBar(name, gate, most) {
  const fill = element("span", { className: gate < 0 ? "fill below" : "fill" });
  fill.style.width = `${(50 * Math.abs(gate)) / most}%`;
  const track = element("span", { className: "track" }, fill);
  const said = element("b", { textContent: signed(gate) });
  return element("span", { className: "gate-bar", title: `${name}: ${signed(gate)}` }, track, said);
}

/** A layer's gates. @type {(run: Run, word: Word, layer: number, text: Text) => HTMLElement[]} */
function gates(run, { factor }, layer, text) {
  const [times, top] = [run.factors[factor], Math.max(...run.factors)];
  const all = [...run.attention_gate, ...run.feed_forward_gate].map(Math.abs);
  const most = top * Math.max(1e-9, ...all);
  return GATES.map((name) => gateBar(word(text, "", name), times * run[`${name}_gate`][layer], most));
}

/**
 * A button for each layer: the photo, where it was looked at, the gates.
 * @type {(root: HTMLElement, text: Text, set: import("../../core/lab").SetState<Run, any>) =>
 *   (run: Run, word: Word) => void}
 */
export function layers(root, text, set) {
  const [onRun, onPhoto] = [whenChanged(), whenChanged()];
  const box = find(root, ".layers");
  return (run, state) => {
    const photo = run.written[state.factor].under[state.piece];
    onRun([run], () => {
      const buttons = run.attention_gate.map((_, layer) => {
        const stage = element("span", { className: "stage" }, canvasElement("photo"), canvasElement("heat"));
        const said = element("span", { className: "which", textContent: format(text.layer, { number: layer + 1 }) });
        const bars = element("span", { className: "gates" });
        return element("button", { type: "button", onclick: () => set({ layer }) }, said, stage, bars);
      });
      box.replaceChildren(...buttons);
    });
    onPhoto([run, photo], () => {
      for (const canvas of box.querySelectorAll("canvas.photo"))
        drawPixels(/** @type {HTMLCanvasElement} */ (canvas), slice(run.arrays.pixels, photo));
    });
    for (const [layer, button] of [...box.children].entries()) {
      drawHeat(findCanvas(button, ".heat"), run, { ...state, layer }, photo);
      find(button, ".gates").replaceChildren(...gates(run, state, layer, text));
      button.setAttribute("aria-pressed", String(layer === state.layer));
    }
  };
}
