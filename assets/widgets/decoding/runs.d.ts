/** The payloads of Decoding, as the TypedDicts in lab/views/decoding say. */
import type { Arrays } from "../core/lab";

/** Both ways to decode. */
export type Way = "autoregressive" | "non_autoregressive";
export type Both<T> = Record<Way, T>;

/** What became of a candidate of the search. */
export type Fate =
  | "kept"
  | "finished"
  | "outranked"
  | "ended_outside_beam"
  | "pool_was_better"
  | "not_drawn"
  | "filtered"
  | "displaced_by_force";
/** Why a search ended. */
export type Stopped = "rule" | "full" | "ended" | "length";
/** Step, row, token id. */
export type Force = [number, number, number];
/** A candidate of a call; step -1 stands for none. */
export interface Candidate {
  step: number;
  candidate: number;
}
/** A token after a pass; pass -1 stands for none. */
export interface Place {
  pass: number;
  position: number;
}

interface Model {
  model: string;
  source: string[];
  output: string;
  /** Tokens are indices into it. */
  piece: string[];
}
/** One decoder call; a list has one entry for each candidate, the best first. */
export interface SearchStep {
  /** The row that it extends. */
  parent: number[];
  token: number[];
  log_prob: (number | null)[];
  score: (number | null)[];
  fate: Fate[];
  /** Candidates that run on, in the order of the next call's rows. */
  kept: number[];
  /** Indices into `finished`, the best first. */
  pool: number[];
}
export interface Search extends Model {
  piece_id: number[];
  steps: SearchStep[];
  finished: { step: number; candidate: number; score: number; token: number[] }[];
  winner: number;
  stopped: Stopped;
}
export interface Refinement extends Model {
  /** Which positions are masked again. */
  strategy: "lowest" | "random" | "left_to_right" | "picked";
  /** Index into `lengths`. */
  best: number;
  lengths: { length: number; probability: number; score: number }[];
}
export interface RefinementRun {
  /** The model, then its counterpart trained on raw data, where there is one. */
  refine: Refinement[];
  /** refine_<model>_<length>_<name>: see lab/views/decoding. */
  arrays: Arrays;
}
export interface DecodeRun extends RefinementRun {
  sentence: string;
  forces: Force[];
  search: Search;
}

/** The distributions of the next token along the output: arrays.log_prob (call, rank). */
export interface SamplingRun {
  sentence: string;
  /** Tokens are indices into it. */
  piece: string[];
  output: number[];
  /** Of each call: the most probable tokens, as far as they are named. */
  named: number[][];
  /** Of each call: the tokens after which a hypothesis of the search ran on from here. */
  kept: number[][];
  vocabulary: number;
  beam_width: number;
  /** Of the run. */
  length_penalty: number;
  /** Index into `finished`. */
  winner: number;
  finished: { token: number[]; sum: number }[];
  arrays: Arrays;
}

export interface RaceRun {
  sentence: string;
  device: string;
  model: Both<string>;
  /** Decoder calls for the sentence alone. */
  calls: Both<number>;
  /** For the sentence alone, recording included. */
  seconds: Both<number>;
  /** How many copies were translated at once. */
  copies: number[];
  /** For each of `copies`, without recording; null was not measured. */
  seconds_per_sentence: Both<(number | null)[]>;
}
