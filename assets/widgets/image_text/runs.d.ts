/** The payloads of Image and Text, as the TypedDicts in lab/views/image_text say. */
import type { Arrays, NumberArray } from "../core/lab";

/** arrays: cosine (photo, sentence), place (sentence, down, across), word (sentence, piece), pixels. */
export interface MatchRun {
  model: string;
  /** The number of the visitor's photo. */
  photo: number;
  text: string[];
  piece: string[][];
  /** Learned; 1 / temperature. */
  scale: number;
  /** Whether cosines are sums over places and word pieces. */
  splits: boolean;
  arrays: Record<"pixels" | "cosine" | "place" | "word", NumberArray>;
}

/** arrays: thumb (photo, row, column, channel), cosine (photo, sentence). */
export interface MatrixRun {
  photo: number;
  text: string[];
  scale: number;
  arrays: Record<"thumb" | "cosine", NumberArray>;
}

/** What a scene's things have, and where they lie; see models/scenes/world.py. */
export type SceneWord =
  | "large"
  | "small"
  | "red"
  | "yellow"
  | "green"
  | "blue"
  | "purple"
  | "black"
  | "circle"
  | "square"
  | "triangle"
  | "star"
  | "centre"
  | "left"
  | "right"
  | "top"
  | "bottom";

/** Codes by place, row by row; arrays: picture, decoded, swapped_picture (row, column, channel) and sample (code, …). */
export interface TokensRun {
  code: number[];
  /** After the visitor's swaps. */
  swapped: number[];
  /** By place the codes whose vectors lie nearest to the encoder's, the place's own first. */
  near: number[][];
  near_cosine: number[][];
  /** By code: how many of the `scenes` that models train on have it. */
  used: number[];
  scenes: number;
  psnr: number;
  arrays: Arrays;
}

/** One caption's picture; lists have an entry for each place that is written. */
export interface WrittenMeta {
  caption: string;
  token: string[];
  code: number[];
  log_prob: number[];
  /** null for a code that a visitor chose, and in greedy decoding. */
  probability: (number | null)[];
  entropy: number[];
  kept: number[];
  alternative: number[][];
  alternative_log_prob: number[][];
  /** How many tokens, of text and picture, have attention above 0 in some head. */
  seen: number[];
  shows: string[][];
  /** What is asked about, what the caption says, what the picture has. */
  checks: ["size" | "colour" | "shape" | "places", string, string][];
}

/** arrays of picture N: pictures_N, attention_N (place, layer, head, key), attention_max_N; sample (code, …). */
export interface WriteRun {
  method: string;
  written: WrittenMeta[];
  done: boolean;
  arrays: Arrays;
}

/** The captions with gates multiplied by one factor; lists have an entry for each piece. */
export interface CaptionMeta {
  piece: string[];
  /** The number of the photo. */
  under: number[];
  /** By photo: whether it gets attention above 0. */
  sees: boolean[][];
  log_prob: number[];
  /** Of the frozen model alone. */
  blind_log_prob: number[];
  alternative: string[][];
  alternative_log_prob: number[][];
  alternative_blind_log_prob: number[][];
}

/**
 * arrays: pixels (photo, row, column, channel); of factor N: place_N (layer, piece, photo, down, across), look_N (layer,
 * piece, photo, latent), place_max_N and look_max_N (layer, piece).
 */
export interface CaptionRun {
  model: string;
  language: string;
  factors: number[];
  /** By factor. */
  written: CaptionMeta[];
  /** By layer, as learned. */
  attention_gate: number[];
  feed_forward_gate: number[];
  /** With gates times 0: how many log probabilities there are, and the largest difference from the frozen model's. */
  closed_count: number;
  closed_difference: number;
  arrays: Arrays;
}
