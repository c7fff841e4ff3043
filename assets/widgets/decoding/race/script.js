// The race: each way's measured seconds on one axis, divided into its decoder calls, and seconds a sentence in batches.
import { element, find, whenChanged } from "../../core/dom.js";
import { format, number } from "../../read/format.js";
import { lanes, raceSteps, slowest, WAYS } from "../../read/race.js";
import { clock } from "../clock.js";

/** @typedef {import("../../core/lab").RaceRun} Run */
/** @typedef {import("../../core/lab").DecodingRaceText} Text */
/** @typedef {ReturnType<typeof lanes>[number]} Lane */
/** @typedef {{step: number, speed: number}} State */

/** @type {(run: Run) => State} */
const first = (run) => ({ step: raceSteps(run) - 1, speed: 1 });

/** @type {(seconds: number | null, text: Text) => string} */
const cell = (seconds, text) => (seconds === null ? text.unmeasured : number(1000 * seconds, seconds < 0.01 ? 2 : 1));

/** @type {(lane: Lane, step: number) => {done: number, calls: number, ms: string}} */
const progress = ({ calls, seconds }, step) => ({ done: Math.min(step, calls), calls, ms: number(1000 * seconds) });

/** @type {(root: HTMLElement, run: Run, text: Text) => void} */
function build(root, run, text) {
  for (const { way, calls, share } of lanes(run)) {
    const track = find(root, `.${way} .track`);
    track.style.width = `${100 * share}%`;
    track.replaceChildren(...Array.from({ length: calls }, () => element("span")));
    find(root, `.${way} p`).title = run.model[way];
  }
  const ends = [0, 0.25, 0.5, 0.75, 1];
  const marks = ends.map((share) => number(1000 * slowest(run) * share) + (share === 1 ? ` ${text.ms}` : ""));
  find(root, ".axis").replaceChildren(...marks.map((textContent) => element("span", { textContent })));
  const counts = run.copies.map((copies) => element("th", { scope: "col", textContent: String(copies) }));
  const corner = element("th", { scope: "col", textContent: format(text.batch_size, { device: run.device }) });
  const rows = WAYS.map((way) => {
    const cells = run.seconds_per_sentence[way].map((seconds) => element("td", { textContent: cell(seconds, text) }));
    return element("tr", {}, element("th", { scope: "row", textContent: text[way] }), ...cells);
  });
  const head = element("thead", {}, element("tr", {}, corner, ...counts));
  find(root, "table").replaceChildren(head, element("tbody", {}, ...rows));
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,
  keep: (state, run, before) => (run === before ? state : { ...first(run), speed: state.speed }),

  build: (root, text, set) => {
    const drawClock = clock(root, text, set, { count: raceSteps });
    const onRun = whenChanged();
    return (run, state) => {
      onRun([run], () => build(root, run, text));
      drawClock(run, state);
      /** @type {Record<string, number>} */
      const filled = {};
      for (const lane of lanes(run)) {
        const reached = progress(lane, state.step);
        filled[lane.way] = reached.done;
        for (const [at, call] of [...find(root, `.${lane.way} .track`).children].entries()) {
          call.classList.toggle("done", at < reached.done);
          call.classList.toggle("last", at === reached.done - 1);
        }
        find(root, `.${lane.way} output`).textContent = format(text.race_line, reached);
      }
      return { done: filled };
    };
  },

  read: (run, { step }, text) =>
    format(
      text.reading,
      Object.fromEntries(lanes(run).map((lane) => [lane.way, format(text.lane, progress(lane, step))])),
    ),
};
