// What a decoder is fed for one pair: three ways, one below the other, pass by pass.
import { find } from "../../core/dom.js";
import { buttonGroup } from "../../draw/choices.js";
import { stepBar } from "../../draw/step_bar.js";
import { blocks, chosen, lastPass } from "../../read/fed.js";
import { format, number, sentences, word } from "../../read/format.js";
import { drawTable } from "./table.js";

/** @typedef {import("../../core/lab").FedRun} Run */
/** @typedef {import("../../core/lab").StrategiesFedText} Text */
/** step: passes made; pair, model: indices into sources and strategies. @typedef {{step: number, pair: number, model: number}} State */

/** How far each way is. @type {(run: Run, state: State, text: Text) => string} */
function passedLine(run, state, text) {
  const lines = blocks(chosen(run, state), state.step, run.coin).map(({ way, made, passes, predicted }) => {
    const known = predicted.filter((one) => one !== null).length;
    return format(text.progress, { way: word(text, "way_", way), made, passes, known, count: predicted.length });
  });
  return lines.join(text.semicolon);
}

/** @type {(names: readonly string[]) => import("../../draw/choices.js").Option<number>[]} */
const options = (names) => names.map((label, value) => ({ value, label }));

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first: () => ({ step: 0, pair: 0, model: 0 }),

  keep: (state, run, before) =>
    run.sources.join("\n") === before.sources.join("\n") && run.strategies.join() === before.strategies.join()
      ? state
      : { step: 0, pair: 0, model: 0 },

  build: (root, text, set) => {
    const drawSteps = stepBar(root, find(root, ".film"), text, set, {
      count: (run, state) => lastPass(run, state) + 1,
    });
    const drawPairs = buttonGroup(find(root, ".pairs"), text.pair, (/** @type {number} */ pair) =>
      set(({ step }, run) => ({ pair, step: Math.min(step, lastPass(run, { pair, model: 0 })) })),
    );
    const drawModels = buttonGroup(find(root, ".models"), text.model, (/** @type {number} */ model) => set({ model }));
    const place = find(root, ".scroll");
    place.setAttribute("aria-label", text.table);
    return (run, state) => {
      const fed = chosen(run, state);
      drawSteps(run, state);
      drawPairs(options(run.sources), state.pair);
      drawModels(options(run.strategies), state.model);
      const parts = blocks(fed, state.step, run.coin);
      drawTable(place, fed, parts, run.coin, text);
      const passed = find(root, ".passed");
      passed.textContent = format(text.passes, { step: state.step, count: lastPass(run, state) });
      return {
        passes: state.step,
        read: parts.map(({ read }) => read.map((cell) => cell.character ?? "?").join("|")),
        losses: parts.map(({ mean }) => (mean === null ? "" : number(mean, 3))),
      };
    };
  },

  read: (run, state, text) => {
    const fed = chosen(run, state);
    const means = blocks(fed, state.step, run.coin).flatMap(({ way, mean }) =>
      mean === null ? [] : [format(text.mean_of, { way: word(text, "way_", way), loss: number(mean, 2) })],
    );
    const said = format(text.reading, { source: fed.source, step: state.step, progress: passedLine(run, state, text) });
    return sentences(said, ...means);
  },
};
