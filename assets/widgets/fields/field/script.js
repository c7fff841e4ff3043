// What one position can see and does see, layer by layer, in several models on one photo.
import { find, whenChanged } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { drawRamp } from "../../draw/cells.js";
import { buttonGroup, OPACITY, opacitySlider } from "../../draw/choices.js";
import { pointIn } from "../../draw/marks.js";
import { stepBar } from "../../draw/step_bar.js";
import { depths, hasRandom, hasRollout, layersAt, shown, sizes, stepCount } from "../../read/fields.js";
import { format, word } from "../../read/format.js";
import { levelColour, makeColumn, shareOrDash } from "./column.js";

/** @typedef {import("../../core/lab").FieldRun} Run */
/** @typedef {import("../../core/lab").FieldsFieldText} Text */
/** @typedef {[number, number]} Point */
/**
 * `moved` is where the arrow keys have put the cross, `asked` the last point that the server was asked for.
 * @typedef {{
 *   step: number, weights: number, images: number, mode: "field" | "rollout",
 *   moved: Point | null, asked: Point | null, opacity: number,
 * }} State
 */
/** @typedef {State & import("../../core/lab").Pending} Shown */

/** How far an arrow key moves the cross, as a share of the side. */
const MOVE = 1 / 16;

/** @type {(run: Run) => State} */
const first = (run) => ({
  step: Math.floor((stepCount(run) - 1) / 2),
  weights: 0,
  images: 0,
  mode: "field",
  moved: null,
  asked: null,
  opacity: OPACITY,
});

/**
 * Where the cross stands: where keys have moved it, else at the point that is asked for, else at the measured one.
 * @type {(run: Run, state: Shown) => Point}
 */
const crossAt = (run, { moved, asked, pending }) => moved ?? (pending ? asked : null) ?? run.position;

/** @param {number} share */
const inside = (share) => Math.min(0.9999, Math.max(0, share));

/** @param {Shown} state */
const waiting = ({ moved, pending }) => (moved ? "moved" : pending ? "yes" : "no");

/** @type {(run: Run, step: number) => string} */
const depthShare = (run, step) => `${Math.round((100 * (step + 1)) / stepCount(run))}%`;

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => ({
    ...state,
    step: depths(run).join() === depths(before).join() ? state.step : first(run).step,
    weights: hasRandom(run) ? state.weights : 0,
    images: run.n_image ? state.images : 0,
    mode: hasRollout(run) ? state.mode : "field",
  }),

  build: (root, text, set, act) => {
    const drawSteps = stepBar(root, find(root, ".steps"), text, set, { count: stepCount });
    const drawOpacity = opacitySlider(root, find(root, ".overlay"), text.opacity, set);
    const drawWeights = buttonGroup(find(root, ".weights"), text.weights, (/** @type {number} */ weights) =>
      set({ weights }),
    );
    const drawImages = buttonGroup(find(root, ".images"), text.images, (/** @type {number} */ images) =>
      set({ images }),
    );
    const drawMode = buttonGroup(find(root, ".mode"), text.mode, (/** @type {State["mode"]} */ mode) => set({ mode }));
    drawRamp(find(root, ".ramp"), (share) => levelColour(255 * share));

    /** @param {(state: Shown, run: Run) => Point} pointOf */
    const ask = (pointOf) => {
      /** @type {Point[]} */
      const points = [];
      set((state, run) => {
        const [down, across] = pointOf(state, run);
        points.push([inside(down), inside(across)]);
        return { asked: points[0], moved: null };
      });
      for (const position of points) act("point", { position });
    };
    /** @param {MouseEvent} event */
    const click = (event) => {
      const point = pointIn(event);
      ask(() => point);
    };
    bindKeys(root, {
      arrows: (down, right) => {
        set((state, run) => {
          const [top, left] = crossAt(run, state);
          return { moved: [inside(top + down * MOVE), inside(left + right * MOVE)] };
        });
      },
      Enter: () => ask((state, run) => crossAt(run, state)),
      Escape: () => set({ moved: null }),
    });

    /** @type {(run: Run, state: State) => void} */
    const drawChoices = (run, state) => {
      const { weights, images, mode } = shown(state);
      const rolling = mode === "rollout";
      const average = format(text.average, { n: run.n_image });
      drawWeights(options([text.trained, text.random]), weights, rolling);
      drawImages(options([text.photo, average]), images, rolling);
      drawMode(
        [
          { value: "field", label: text.field },
          { value: "rollout", label: text.rollout },
        ],
        mode,
      );
      find(root, ".weights").classList.toggle("unoffered", !hasRandom(run));
      find(root, ".images").classList.toggle("unoffered", !run.n_image);
      find(root, ".mode").classList.toggle("unoffered", !hasRollout(run));
    };

    const onCount = whenChanged();
    /** @type {ReturnType<typeof makeColumn>[]} */
    let columns = [];
    return (run, state) => {
      onCount([run.columns.length], () => {
        columns = run.columns.map((_, index) => makeColumn(index, text, click));
        find(root, ".columns").replaceChildren(...columns.map(({ node }) => node));
      });
      const layers = layersAt(run, state.step);
      const cross = crossAt(run, state);
      for (const [index, column] of columns.entries()) column.draw(run, state, layers[index], cross);
      drawSteps(run, state);
      drawOpacity(state);
      drawChoices(run, state);
      find(root, ".share").textContent = depthShare(run, state.step);
      const { weights, images } = shown(state);
      const position = cross.map((share) => share.toFixed(3)).join();
      return { weights, images, layers: layers.join(), position, pending: waiting(state) };
    };
  },

  read: (run, state, text) => {
    const [down, across] = crossAt(run, state).map((share) => `${Math.round(100 * share)}%`);
    const depth = depthShare(run, state.step);
    const columns = layersAt(run, state.step).map((at, index) => {
      const { model, layers } = run.columns[index];
      const { can, does, distance } = sizes(run, index, at, state);
      const shares = { model, layer: layers[at], can: shareOrDash(can), does: shareOrDash(does) };
      const attention = distance === null ? "" : format(text.reading_distance, { distance: shareOrDash(distance) });
      return format(word(text, "reading_", state.mode), shares) + attention;
    });
    const sentence = format(text.reading, { depth, down, across, columns: columns.join(text.reading_and) });
    return state.moved ? `${sentence} ${text.moved}` : sentence;
  },
};

/**
 * The values 0, 1 … with their labels.
 * @param {string[]} labels
 */
const options = (labels) => labels.map((label, value) => ({ value, label }));
