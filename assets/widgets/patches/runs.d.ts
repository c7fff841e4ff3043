/** The payloads of Patches & Windows, as the TypedDicts in lab/views/patches say. */
import type { Arrays, Grid, NumberArray } from "../core/lab";

export interface VitRun {
  patch_size: number;
  grid: Grid;
  /** The tokens before the patches: CLS, … */
  prefix: string[];
  /** Rows and columns of pixels below and right of the patches, which the model does not read. */
  unread: [number, number];
  arrays: Record<
    | "pixels"
    | "attention"
    | "attention_max"
    | "half"
    | "rollout"
    | "rollout_max"
    | "vector"
    | "vector_max"
    | "embedding"
    | "embedding_max"
    | "position",
    NumberArray
  >;
}

export interface RelevanceRun {
  grid: Grid;
  /** The names of the classes that have a map, the most probable first. */
  classes: string[];
  /** maps (map, layer, patch) of attention, rollout and each class, in 255ths of a layer's largest; the others (map, layer). */
  arrays: Record<"pixels" | "maps" | "largest" | "half", NumberArray>;
}

export type FrameKind = "grid" | "partition" | "attention" | "shift" | "mask" | "reverse" | "merge";
export interface SwinBlock {
  stage: number;
  grid: Grid;
  window: number;
  shift: number;
}
export interface SwinRun {
  patch_size: number;
  blocks: SwinBlock[];
  frames: { kind: FrameKind; block: number }[];
  /** pixels; for each block attention_<n>, attention_max_<n>, half_<n>, window_token_<n>, region_<n>, group_<n>, group_still_<n>. */
  arrays: Arrays;
}

export interface MobileBlock {
  stage: number;
  grid: Grid;
  /** Sides of a patch and of a kernel, in pixels of the map; the photo's pixels from one of them to the next. */
  patch: number;
  kernel: number;
  jump: number;
  /** Transformer layers. */
  layers: number;
  /** Of every map: where the field of its first pixel begins and ends; whether attention came before. */
  fields: [number, number][];
  everywhere: boolean[];
}
export interface MobileRun {
  blocks: MobileBlock[];
  /** pixels; for each block size_<n>, attention_<n>, attention_max_<n>, half_<n>. */
  arrays: Arrays;
}

export interface PairRun {
  vit: VitRun;
  swin: SwinRun;
}

/** The largest class probabilities of a model, also as a sentence writes them; labels in the page's language. */
export interface AnswerRun {
  model: string;
  classes: { label: string; share: number; percent: string }[];
}

/** A Plotly figure; numbers are a list or the bytes of an array. */
export interface Figure {
  data: FigureTrace[];
  layout: FigureLayout;
}
export interface FigureTrace {
  name?: string;
  legendgroup?: string;
  y?: unknown[] | { dtype: string; bdata: string };
  [setting: string]: unknown;
}
export interface FigureAxis {
  title?: { text?: string };
  tickformat?: string;
  [setting: string]: unknown;
}
export interface FigureLayout {
  xaxis?: FigureAxis;
  yaxis?: FigureAxis;
  font?: object;
  [setting: string]: unknown;
}
/** Side by side. */
export type ChartRun = Figure[];
