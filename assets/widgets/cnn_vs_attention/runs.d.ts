/** The payloads of CNN and attention, as the TypedDicts in lab/views/cnn_vs_attention say. */
import type { Arrays } from "../core/lab";

export type Variant = "photo" | "shuffled" | "shifted" | "mirrored";
export interface VariantAnswer {
  answer: string;
  share: string;
  change: string;
  similarity: string;
}
export interface PositionModel {
  model: string;
  tiles: string;
  tile: number;
  shift: number;
  /** [setting][variant] */
  settings: VariantAnswer[][];
}
export interface PositionRun {
  models: PositionModel[];
  variants: Variant[];
  /** For each model pixels_<n> (variant, row, column, colour) */
  arrays: Arrays;
}

export interface ConvolutionRun {
  model: string;
  layer: string;
  kernel_size: number;
  channels: [number, number];
  alphas: number[];
  inside: number[];
  border: number[];
  /** attention (alpha, head, row, column), error (alpha, row, column), interior (row, column) */
  arrays: Arrays;
}

export interface AttributionColumn {
  model: string;
  label: string;
  share: string;
  difference: string;
  sum: string;
  cam: boolean;
}
export interface AttributionRun {
  columns: AttributionColumn[];
  /** For each column pixels_<n> (row, column, colour), integrated_<n> and cam_<n> (row, column) */
  arrays: Arrays;
}
