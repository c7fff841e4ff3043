/** The payloads of Decoding, as the TypedDicts in lab/views/decoding say. */
import type { Arrays } from "../core/lab";

/** What became of a candidate of the search. */
export type Fate =
  | "kept"
  | "finished"
  | "outranked"
  | "ended_low"
  | "pool_better"
  | "not_drawn"
  | "filtered"
  | "forced_out";
/** Step, row, token id. */
export type Force = [number, number, number];

export interface SearchStep {
  /** For each candidate: the row that it extends, its token's place in `piece`, its numbers and what became of it. */
  parent: number[];
  token: number[];
  log_prob: number[];
  score: number[];
  fate: Fate[];
  /** Candidates that run on, best first. */
  kept: number[];
  /** Places in `finished`, best first. */
  pool: number[];
}
export interface Search {
  model: string;
  source: string[];
  output: string;
  piece: string[];
  piece_id: number[];
  steps: SearchStep[];
  finished: { step: number; candidate: number; score: number; token: number[] }[];
  winner: number;
  stopped: string;
}
export interface Refinement {
  model: string;
  source: string[];
  output: string;
  piece: string[];
  best: number;
  lengths: { length: number; probability: number; score: number }[];
}
export interface RefinementRun {
  /** The model and then its contrasts. */
  refine: Refinement[];
  /** refine_<model>_<length>_<name>: see lab/views/decoding. */
  arrays: Arrays;
}
export interface DecodeRun extends RefinementRun {
  forces: Force[];
  search: Search;
}
