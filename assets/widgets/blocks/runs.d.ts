/** The payloads of norm, position maps and sizes, as the TypedDicts in lab/views/blocks say. */
import type { Arrays, Grid } from "../core/lab";

export interface LayerNormRun {
  model: string;
  tokens: string[];
  parts: ("self_attention" | "feed_forward")[];
  pre_norm: boolean;
  eps: number;
  /** x (layer, part, token, width), weight and bias (layer, part, width) */
  arrays: Arrays;
}

export interface PositionMapsRun {
  grid: Grid;
  /** The smallest cosine. */
  least: number;
  /** cosine (patch, patch) */
  arrays: Arrays;
}

export type SizePart =
  | "embedding"
  | "encoder_attention"
  | "encoder_feed_forward"
  | "encoder_norm"
  | "decoder_attention"
  | "cross_attention"
  | "decoder_feed_forward"
  | "decoder_norm"
  | "head";
/** What sizes depend on; heads are not among it. */
export interface SizeSettings {
  encoder_layers: number;
  decoder_layers: number;
  width: number;
  inner: number;
  vocabulary: number;
  positions: number;
  patch_values: number;
  labels: number;
  pre_norm: boolean;
  source: number;
  target: number;
}
export interface Architecture extends SizeSettings {
  name: string;
  heads: number;
  /** Counted, in the order of `parts`. */
  parameters: number[];
  multiply_adds: number;
}
export interface SizesRun {
  parts: SizePart[];
  architectures: Architecture[];
}
