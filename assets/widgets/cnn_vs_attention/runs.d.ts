/** The payloads of CNN and attention, as the TypedDicts in lab/views/cnn_vs_attention say. */
import type { Arrays } from "../core/lab";

export type Variant = "photo" | "shuffled" | "shifted" | "flipped" | string;
export interface PositionRun {
  models: {
    model: string;
    tiles: string;
    tile: number;
    shift: number;
    /** [setting][variant] */
    settings: { answer: string; share: string; change: string; similarity: string }[][];
  }[];
  variants: Variant[];
  /** pixels_<model> (variant, row, column, colour) */
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

export interface AttributionRun {
  columns: { model: string; label: string; share: string; difference: string; sum: string; cam: boolean }[];
  /** For each column pixels_<n>, integrated_<n>, cam_<n> */
  arrays: Arrays;
}
