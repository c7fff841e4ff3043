/** The payloads of Image and Text, as the TypedDicts in lab/views/image_text say. */
import type { NumberArray } from "../core/lab";

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
