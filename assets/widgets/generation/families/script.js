// One sentence in three families of language models: who may see whom in each stack, and what each model makes of it.
import { canvasElement, element, find, findCanvas, whenChanged } from "../../core/dom.js";
import { tokenBar } from "../../draw/distribution.js";
import { picker, placeMark } from "../../draw/marks.js";
import { paint } from "../../draw/matrix.js";
import { largest } from "../../read/attention.js";
import { finePercent, format, number, percent, word } from "../../read/format.js";
import { pieceName } from "../../read/pieces.js";
import { countSeen, seenRows, sightSize } from "../../read/sight.js";

/** @typedef {import("../../core/lab").FamiliesRun} Run */
/** @typedef {import("../../core/lab").GenerationFamiliesText} Text */
/** word: which of the hidden tokens. @typedef {{sight: number, query: number, key: number, pinned: boolean, word: number}} State */
/** @typedef {import("../../core/lab").SetState<Run, State>} Set */

/** The stacks of each family. */
const FAMILIES = /** @type {const} */ ([
  ["fills", ["encoder_only"]],
  ["translates", ["source", "target", "cross"]],
  ["continues", ["decoder_only"]],
]);

/** A query in the middle and the key that it looks at most. @type {(run: Run, sight: number) => {query: number, key: number}} */
function middle(run, sight) {
  const query = Math.floor(run.sights[sight].query.length / 2);
  return { query, key: largest(seenRows(run, run.sights[sight])[query]) };
}

/** The word that the first model is surest of. @type {(run: Run) => State} */
const first = (run) => ({
  ...middle(run, 0),
  sight: 0,
  pinned: false,
  word: largest(
    run.hidden.map((at, word) => (/\p{L}/u.test(run.sights[0].key[at]) ? run.guess_probability[word][0] : 0)),
  ),
});

/** @type {(run: Run, state: State, text: Text) => {weight: number, sentence: string}} */
function look(run, { sight, query, key }, text) {
  const one = run.sights[sight];
  const row = seenRows(run, one)[query];
  const [from, to] = [one.query[query], one.key[key]].map((piece) => pieceName(piece, text));
  const weight = row[key] ?? 0;
  const said = key < row.length ? text.cell : text.cell_masked;
  return { weight, sentence: format(said, { from, to, share: percent(weight) }) };
}

/** Small pictures of the stacks of every family. @type {(root: HTMLElement, text: Text, set: Set) => (run: Run, state: State) => void} */
function pictures(root, text, set) {
  const once = whenChanged();
  const boxes = FAMILIES.map(([family, names]) => ({ box: find(root, `.${family} .sights`), names }));
  return (run, state) => {
    once([run], () => {
      for (const { box, names } of boxes) {
        const buttons = names.map((name) => {
          const at = run.sights.findIndex((one) => one.name === name);
          const canvas = canvasElement("");
          paint(canvas, { rows: seenRows(run, run.sights[at]), size: sightSize(run.sights[at]) });
          const onclick = () => set({ sight: at, ...middle(run, at) });
          const label = element("span", { textContent: word(text, "short_", name) });
          return element("button", { type: "button", value: name, onclick }, canvas, label);
        });
        box.replaceChildren(...buttons);
      }
    });
    for (const button of root.querySelectorAll(".sights button")) {
      const chosen = run.sights[state.sight].name === /** @type {HTMLButtonElement} */ (button).value;
      button.setAttribute("aria-pressed", String(chosen));
    }
  };
}

/**
 * The sentence with one token hidden, and what the encoder puts there.
 * @type {(root: HTMLElement, run: Run, state: State, text: Text, set: Set) => void}
 */
function drawFilled(root, run, { word: chosen }, text, set) {
  const names = run.sights[0].key.map((piece) => pieceName(piece, text));
  const nodes = run.hidden.map((at, hidden) => {
    const onclick = () => set({ word: hidden });
    const textContent = hidden === chosen ? "▢" : names[at];
    const node = element("button", { type: "button", textContent, title: names[at], onclick });
    node.setAttribute("aria-pressed", String(hidden === chosen));
    return node;
  });
  const box = find(root, ".sentence");
  const focused = box.contains(document.activeElement);
  box.replaceChildren(...nodes);
  if (focused) nodes[chosen].focus();
  const right = names[run.hidden[chosen]];
  const bars = run.guess[chosen].map((piece, rank) => {
    const own = run.guess_probability[chosen][rank];
    const name = pieceName(piece, text);
    return tokenBar({ name, own, now: own, marks: name === right ? "✓" : "" });
  });
  find(root, ".token-bars").replaceChildren(...bars);
  const share = finePercent(run.right_probability[chosen]);
  find(root, ".right").textContent = format(text.right, { token: right, share });
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => (JSON.stringify(run.sights) === JSON.stringify(before.sights) ? state : first(run)),

  build: (root, text, set) => {
    const drawPictures = pictures(root, text, set);
    const stage = find(root, ".stage");
    picker(root, [stage], text, set, {
      grid: (run, { sight }) => sightSize(run.sights[sight]),
      cell: (run, { sight, query, key }) => query * run.sights[sight].key.length + key,
      choose: (cell, run, { sight }) => {
        const columns = run.sights[sight].key.length;
        return { query: Math.floor(cell / columns), key: cell % columns };
      },
    });
    return (run, state) => {
      const one = run.sights[state.sight];
      const size = sightSize(one);
      const { weight, sentence } = look(run, state, text);
      drawPictures(run, state);
      drawFilled(root, run, state, text, set);
      find(root, ".translation").textContent = run.translation;
      const given = run.sights[4].key.slice(0, run.given);
      for (const [name, pieces] of /** @type {const} */ ([
        [".given", given],
        [".written", run.written],
      ])) {
        find(root, name).textContent = pieces.join("").replaceAll("▁", " ");
      }
      const canvas = findCanvas(stage, "canvas");
      canvas.style.aspectRatio = `${size[1]} / ${size[0]}`;
      paint(canvas, { rows: seenRows(run, one), size });
      placeMark(find(stage, ".mark"), state.query * size[1] + state.key, size);
      find(root, ".which").textContent = word(text, "sight_", one.name);
      find(root, ".readout").textContent = sentence;
      const [seen, count] = [number(countSeen(run, one)), number(size[0] * size[1])];
      find(root, ".pairs").textContent = format(text.pairs, { seen, count });
      return { weight, stack: one.name };
    };
  },

  read: (run, state, text) => look(run, state, text).sentence,
};
