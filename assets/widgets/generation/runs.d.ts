/** The payloads of Generation, as the TypedDicts in lab/views/generation say. */
import type { Arrays } from "../core/lab";

/** What may come after a text: arrays.logits and arrays.seen by rank. */
export interface NextRun {
  model: string;
  /** Of the text. */
  token: string[];
  /** Nats of each; null for the first. */
  surprise: (number | null)[];
  /** The tokens of the highest logits. */
  piece: string[];
  arrays: Arrays;
}

/** What was written; tokens are indices into `piece` of the run, a list has one entry for each step. */
export interface ContinuationMeta {
  parent: number;
  leaves: number;
  token: number[];
  log_prob: number[];
  /** null for a token that a visitor chose, and in greedy decoding. */
  probability: (number | null)[];
  entropy: number[];
  kept: number[];
  alternative: number[][];
  alternative_log_prob: number[][];
  alternative_kept: boolean[][];
  ended: boolean;
}

export interface GenerateRun {
  model: string;
  /** "sample", "greedy" or "beam": then the continuations are its hypotheses, best first. */
  method: string;
  prompt: number[];
  piece: string[];
  /** The id of each piece, for a branch. */
  piece_id: number[];
  continuations: ContinuationMeta[];
  done: boolean;
}

/** What a model wrote while it was trained; a list has one entry for each row of the history. */
export interface TrainingRun {
  model: string;
  step: number[];
  loss: number[];
  /** Of a text that the model wrote itself, where it trains live; else empty. */
  other_loss: number[];
  /** What it wrote then. */
  text: string[];
}

export type HeadRule = "first" | "previous" | "same" | "induction";
/** Attention on a text, and by rule on `half` random tokens that come twice. */
export interface HeadsRun {
  token: string[];
  rule: HeadRule[];
  half: number;
  /** By rule, layer and head; chance by rule. */
  share: number[][][];
  chance: number[];
  /** attention (layer, head, query, key), attention_max (layer, head, query) */
  arrays: Arrays;
}

/** What each part does to the candidates for the next token; see lab/views/generation/effects.py. */
export interface EffectsRun {
  token: string[];
  candidate: string[];
  /** What lens_best and without_best refer to. */
  piece: string[];
  arrays: Arrays;
}

/** One sentence in three families; attention_NAME and largest_NAME (query, key) are arrays, NAME that of a sight. */
export interface FamiliesRun {
  sights: { name: "encoder_only" | "source" | "target" | "cross" | "decoder_only"; query: string[]; key: string[] }[];
  /** Tokens of the first sight that were hidden, each alone; lists below have an entry for each. */
  hidden: number[];
  guess: string[][];
  guess_probability: number[][];
  right_probability: number[];
  translation: string;
  /** Tokens of the sentence in the last sight. */
  given: number;
  written: string[];
  arrays: Arrays;
}
