// Encoder and decoder side by side: parameters and multiply-adds of each part as areas to scale, by formula.
import { element, find, whenChanged } from "../../core/dom.js";
import { buttonGroup } from "../../draw/choices.js";
import { slider } from "../../draw/slider.js";
import { format, number, percent, word } from "../../read/format.js";
import { multiplyAdds, parameters, short, total } from "../../read/sizes.js";

/** @typedef {import("../../core/lab").SizesRun} Run */
/** @typedef {import("../../core/lab").Architecture} Architecture */
/** @typedef {import("../../core/lab").SizePart} Part */
/** @typedef {import("../../core/lab").BlocksSizesText} Text */
/** @typedef {"encoder_layers" | "decoder_layers" | "width" | "heads" | "inner" | "vocabulary" | "source" | "target"} Setting */
/** @typedef {{preset: number, measure: "parameters" | "multiply_adds"} & Record<Setting, number>} State */

/** @type {Record<Setting, {min: number, max: number, step: number}>} */
const RANGES = {
  encoder_layers: { min: 0, max: 48, step: 1 },
  decoder_layers: { min: 0, max: 48, step: 1 },
  width: { min: 64, max: 2048, step: 64 },
  heads: { min: 1, max: 32, step: 1 },
  inner: { min: 64, max: 8192, step: 64 },
  vocabulary: { min: 0, max: 100_000, step: 1 },
  source: { min: 1, max: 2048, step: 1 },
  target: { min: 1, max: 2048, step: 1 },
};
const SETTINGS = /** @type {Setting[]} */ (Object.keys(RANGES));

/** @type {Record<"start" | "encoder" | "decoder" | "end", Part[]>} */
const COLUMNS = {
  start: ["embedding"],
  encoder: ["encoder_attention", "encoder_feed_forward", "encoder_norm"],
  decoder: ["decoder_attention", "cross_attention", "decoder_feed_forward", "decoder_norm"],
  end: ["head"],
};
const MEASURES = /** @type {const} */ (["parameters", "multiply_adds"]);

/** @type {(run: Run, preset: number) => Record<Setting, number>} */
const settingsOf = ({ architectures }, preset) =>
  /** @type {Record<Setting, number>} */ (
    Object.fromEntries(SETTINGS.map((name) => [name, Math.max(RANGES[name].min, architectures[preset][name])]))
  );

/** @type {(run: Run) => State} */
const first = (run) => {
  const preset = Math.max(
    0,
    run.architectures.findIndex(({ name }) => name === "Transformer-base"),
  );
  return { preset, measure: "parameters", ...settingsOf(run, preset) };
};

/**
 * Settings that are not of this architecture: it has no such stack.
 * @type {(architecture: Architecture, name: Setting) => boolean}
 */
const lacks = (architecture, name) =>
  (name === "vocabulary" && !architecture.vocabulary) ||
  (name === "source" && !architecture.encoder_layers) ||
  (name === "target" && !architecture.decoder_layers) ||
  (name.endsWith("_layers") && !architecture[name]);

/** @type {(run: Run, state: State) => {counts: Record<Part, number>, sum: number, counted: number, unchanged: boolean}} */
function look(run, state) {
  const architecture = run.architectures[state.preset];
  const settings = { ...architecture, ...Object.fromEntries(SETTINGS.map((name) => [name, state[name]])) };
  if (architecture.labels) settings.positions = state.source;
  const counts = state.measure === "parameters" ? parameters(settings) : multiplyAdds(settings);
  const own = state.measure === "parameters" ? total(architecture.parameters) : architecture.multiply_adds;
  const kept = settingsOf(run, state.preset);
  return { counts, sum: total(counts), counted: own, unchanged: SETTINGS.every((name) => kept[name] === state[name]) };
}

/** @type {(state: State, text: Text) => string} */
function structure({ encoder_layers: encoder, decoder_layers: decoder }, text) {
  const stacks = [
    ...(encoder ? [format(text.structure_encoder, { layers: encoder })] : []),
    ...(decoder && encoder ? [format(text.structure_cross, { layers: decoder })] : []),
    ...(decoder && !encoder ? [format(text.structure_decoder, { layers: decoder })] : []),
  ];
  return stacks.join(" → ");
}

/** @type {(run: Run, state: State, text: Text) => string} */
function counted(run, state, text) {
  const { sum, counted: own, unchanged } = look(run, state);
  const { name } = run.architectures[state.preset];
  if (!unchanged) return format(text.changed, { name, counted: short(own) });
  return format(sum === own ? text.equal : text.unequal, { name, formula: number(sum), counted: number(own) });
}

/** @type {(part: Part, count: number, sum: number, text: Text) => string} */
const label = (part, count, sum, text) =>
  `${word(text, "part_", part)} ${short(count)} (${count ? percent(count / sum) : "0%"})`;

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) =>
    run.architectures.map(({ name }) => name).join() === before.architectures.map(({ name }) => name).join()
      ? state
      : first(run),

  build: (root, text, set) => {
    const drawPresets = buttonGroup(find(root, ".presets"), text.architecture, (preset) =>
      set((_, run) => ({ preset, ...settingsOf(/** @type {Run} */ (run), preset) })),
    );
    const drawMeasures = buttonGroup(find(root, ".measures"), text.measure, (measure) => set({ measure }));
    const boxes = SETTINGS.map((name) => element("div", { className: name }));
    find(root, ".sliders").replaceChildren(...boxes);
    const sliders = SETTINGS.map((name, at) =>
      slider(boxes[at], word(text, "setting_", name), RANGES[name], (value) => set({ [name]: value })),
    );
    const areas = find(root, ".areas");
    const onCounts = whenChanged();

    return (run, state) => {
      const { counts, sum } = look(run, state);
      drawPresets(
        run.architectures.map(({ name }, value) => ({ value, label: name })),
        state.preset,
      );
      drawMeasures(
        MEASURES.map((value) => ({ value, label: word(text, "measure_", value) })),
        state.measure,
      );
      for (const [at, name] of SETTINGS.entries()) {
        boxes[at].hidden = lacks(run.architectures[state.preset], name);
        sliders[at](state[name], number(state[name]));
      }
      onCounts([JSON.stringify(counts)], () => {
        const columns = Object.values(COLUMNS).map((parts) => {
          const made = parts.map((part) => {
            const textContent = counts[part] ? label(part, counts[part], sum, text) : "";
            const area = element("div", { className: `area ${part}`, textContent, title: textContent });
            area.style.flexGrow = String(counts[part]);
            return area;
          });
          const together = parts.reduce((all, part) => all + counts[part], 0);
          const column = element("div", { className: "column", hidden: !together }, ...made);
          column.style.flexGrow = String(together);
          return column;
        });
        areas.replaceChildren(...columns);
      });
      find(root, ".total").textContent = short(sum);
      find(root, ".structure").textContent = structure(state, text);
      find(root, ".counted").textContent = counted(run, state, text);
      const width = state.width / state.heads;
      find(root, ".head-width").textContent = format(Number.isInteger(width) ? text.head_width : text.head_uneven, {
        width: number(width, Number.isInteger(width) ? 0 : 2),
      });
      return { total: sum };
    };
  },

  read: (run, state, text) => {
    const { counts, sum } = look(run, state);
    const parts = run.parts.filter((part) => counts[part]).map((part) => label(part, counts[part], sum, text));
    const { name } = run.architectures[state.preset];
    const measure = word(text, "measure_", state.measure);
    return format(text.reading, {
      name,
      measure,
      total: short(sum),
      parts: parts.join("; "),
      structure: structure(state, text),
    });
  },
};
