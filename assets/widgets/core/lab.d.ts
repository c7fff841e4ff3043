/**
 * The contract of a widget, by example. assets/widgets/patches/attend/script.js:
 *
 *     // Where a token looks: one row of the attention matrix over the photo.
 *     import { bindKeys } from "../../core/keys.js";
 *
 *     export default {
 *       // What one sees before touching anything: plain JSON.
 *       first: (run) => ({ step: 0, head: "mean", query: 0, pinned: false }),
 *       // What still fits a new run. `before` is the run that the state was made on; for the same run: the state itself.
 *       keep: (state, run, before) => (sameShape(run, before) ? state : first(run)),
 *       // Once: listeners, which change the state and never draw. set({head: 3}), or set((state, run) => ({…} or null)).
 *       // act("force", {forces: […]}) asks the server; state.pending is true until its answer, or its failure, is here.
 *       build: (root, text, set, act) => {
 *         const drawSteps = stepBar(root, find(root, ".steps"), text, set, { count: (run) => run.layers });
 *         return (run, state) => {           // pure: draws everything that `run` and `state` say, and nothing else
 *           drawSteps(run, state);
 *           return { half: 12 };             // numbers for tests: data-half="12", beside data-* of the whole state
 *         };
 *       },
 *       // What is shown, as a sentence, for people who do not see it.
 *       read: (run, state, text) => "Patch 37 looks most at patch 36.",
 *     };
 *
 * core writes data-*, reads to screen readers, draws once a frame, redraws when the page turns dark or the widget gets
 * another width, and keeps the old run and state when something throws. Texts are checked by tsc: text.hint is a key of
 * the widget's section or an error, and word(text, "fate_", fate) needs every fate_… (see core/text.d.ts, which
 * tools/text_types.py writes).
 */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** Plain JSON; `pending` is core's. */
export type State = Record<string, unknown>;

export type Numbers = Record<string, Json | undefined>;
/** True when something changed. */
export type SetState<Run, S> = (
  change: Partial<S> | ((state: S, run: Run) => Partial<S> | null | undefined),
) => boolean;
export type Act = (action: string, values: Record<string, Json>) => void;
/** What a widget asks for; `answer` names the value that was shown when the visitor asked. */
export interface Asked {
  action: string;
  values: Record<string, Json>;
  answer: string;
  count: number;
}
/** What core adds to every state. */
export interface Pending {
  /** Whether the server has been asked and has not answered. */
  pending?: boolean;
}

export interface Widget<Run, S extends object, Text> {
  first(run: Run): S;
  keep(state: S, run: Run, before: Run): S;
  build(
    root: HTMLElement,
    text: Text,
    set: SetState<Run, S & Pending>,
    act: Act,
  ): (run: Run, state: S & Pending) => Numbers | Promise<Numbers>;
  read(run: Run, state: S & Pending, text: Text): string;
}

/** Keys by their code; an action that returns false has not used its key. */
export interface Keys {
  arrows?: (down: number, right: number) => unknown;
  Space?: () => unknown;
  BracketLeft?: () => unknown;
  BracketRight?: () => unknown;
  PageUp?: () => unknown;
  PageDown?: () => unknown;
  Escape?: () => unknown;
  Enter?: () => unknown;
}

/** Red, green, blue, alpha: 0 to 255. */
export type Colour = number[];
export type ColourName =
  | "mark"
  | "highlight"
  | "point"
  | "allowed"
  | "blocked"
  | "masked"
  | "absent"
  | "ink"
  | "paper"
  | "finished"
  | "winner"
  | "forced";
/** What lab/style.py says, once for the page. */
export interface Constants {
  /** 256 RGB triples for weights from 0 to 1. */
  colourMap: number[][];
  /** 255 RGB triples for numbers from -1 to 1. */
  divergingMap: number[][];
  series: number[][];
  colours: Record<ColourName, string>;
  /** By language, what stands for Gradio's own words. */
  gradio: Record<string, Record<string, string>>;
  plotly: string;
  screenshot: string;
}

/** What lab/record.py says of an open view. */
export interface ViewRecord {
  exhibit: string;
  view: string;
  truth: Record<string, string>;
  /** Views beside the inputs, of the same run. */
  asides: string[];
  inputs: Record<string, string | null>;
  /** Where each run's answer comes from; models by reference and revision. */
  runs: {
    name: string;
    origin: string;
    date?: string;
    seconds?: number;
    models: [string, string][];
    device: string;
    precision: string[];
  }[];
  versions: Record<string, string>;
  code: string;
}

type Shaped<A> = A & { shape: number[] };
export type Bytes = Shaped<Uint8Array>;
export type NumberArray = Shaped<
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array
>;
export type Arrays = Record<string, NumberArray>;
/** Rows, columns. */
export type Grid = [number, number];
export type Head = number | "mean";

export * from "../anatomy/known";
export * from "../anatomy/runs";
export * from "../blocks/runs";
export * from "../cnn_vs_attention/runs";
export * from "../decoding/runs";
export * from "../fields/runs";
export * from "../generation/runs";
export * from "../graph/runs";
export * from "../image_text/runs";
export * from "../patches/runs";
export * from "../strategies/runs";
export * from "./text";
