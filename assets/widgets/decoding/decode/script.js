// Beam search beside mask-predict, for one sentence, driven by one step bar.
import { find } from "../../core/dom.js";
import { bindKeys } from "../../core/keys.js";
import { buttonGroup } from "../../draw/choices.js";
import { attentionSize, refinementLook, searchLook } from "../../read/decoder_attention.js";
import { format } from "../../read/format.js";
import { pieceName } from "../../read/pieces.js";
import { clock } from "../clock.js";
import { attentionPanel } from "./attention_panel.js";
import { cellLine, placeOf, refinementPanel, summaryLine } from "./refinement_panel.js";
import { callsOf, candidateLine, candidateOf, searchPanel } from "./search_panel.js";
import { first, keep, letGo, stepped, stepsOf } from "./state.js";

/** @typedef {import("../../core/lab").DecodeRun} Run */
/** @typedef {import("../../core/lab").DecodingDecodeText} Text */
/** @typedef {import("../../core/lab").Head} Head */
/** @typedef {import("../../core/lab").Way} Way */
/** @typedef {import("../../core/lab").SetState<Run, State>} Set */
/** @typedef {import("./state.js").State} State */

/**
 * Both panels of attention and the choice of layer and head. Returns what draws them.
 * @type {(root: HTMLElement, text: Text, set: Set) => (run: Run, state: State) => import("../../core/lab").Json}
 */
function attention(root, text, set) {
  /** @type {(way: Way) => ReturnType<typeof attentionPanel>} */
  const panel = (way) =>
    attentionPanel(find(root, `.look.${way}`), way, text, (weight) =>
      set(({ pointed }) => ({ pointed: { ...pointed, [way]: weight } })),
    );
  const [drawSearch, drawRefinement] = [panel("autoregressive"), panel("non_autoregressive")];
  const drawLayers = buttonGroup(find(root, ".layers"), text.layer, (/** @type {number} */ layer) => set({ layer }));
  const drawHeads = buttonGroup(find(root, ".heads"), text.head, (/** @type {Head} */ head) => set({ head }));
  /** @type {(count: number) => {value: Head, label: string}[]} */
  const numbered = (count) => Array.from({ length: count }, (_, value) => ({ value, label: String(value + 1) }));

  return (run, state) => {
    const { layer, head, pointed } = state;
    const { layers, heads } = attentionSize(run);
    drawLayers(/** @type {{value: number, label: string}[]} */ (numbered(layers)), layer);
    drawHeads([...numbered(heads), { value: "mean", label: text.mean }], head);
    const [candidate, place] = [candidateOf(run, state), placeOf(run, state)];
    const search = searchLook(run, candidate, layer, head);
    const refinement = refinementLook(run, state, place, layer, head);
    const call = search
      ? format(text.predicting, { token: pieceName(search.predicted, text), at: candidate.step + 1 })
      : "";
    const position = refinement
      ? format(text.predicting_position, {
          token: pieceName(refinement.predicted, text),
          at: place.position + 1,
          pass: place.pass + 1,
        })
      : "";
    return {
      autoregressive: drawSearch(search, call, pointed.autoregressive ?? null),
      non_autoregressive: drawRefinement(refinement, position, pointed.non_autoregressive ?? null),
    };
  };
}

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,
  keep,

  build: (root, text, set, act) => {
    const drawClock = clock(root, text, set, { count: stepsOf, change: (_, __, state) => stepped(state) });
    const drawSearch = searchPanel(find(root, "section.autoregressive"), text, set, act);
    const drawRefinement = refinementPanel(find(root, "section.non_autoregressive"), text, set);
    const drawAttention = attention(root, text, set);
    bindKeys(root, {
      Escape: () => set((state) => (state.node || state.cell.pass !== null || state.cellPinned ? letGo(state) : null)),
    });

    /** @type {(done: number, count: number, going: string, over: string) => string} */
    const progress = (done, count, going, over) => format(done < count ? going : over, { done, count });

    return (run, state) => {
      const [calls, count] = [callsOf(run, state), run.search.steps.length];
      const search = drawSearch(run, state);
      const refinement = drawRefinement(run, state);
      const looks = drawAttention(run, state);
      const passes = run.arrays[`refine_${state.model}_${state.length}_token`].shape[0];
      find(root, ".calls").textContent = progress(calls, count, text.calls, text.calls_done);
      find(root, ".passed").textContent = progress(Math.min(state.step, passes), passes, text.passes, text.passes_done);
      drawClock(run, state);
      return { ...search, ...refinement, attention: looks };
    };
  },

  read: (run, state, text) =>
    format(text.reading, {
      search: candidateLine(run, state, text),
      refinement: `${summaryLine(run, state, text)} ${cellLine(run, state, text)}`,
    }),
};
