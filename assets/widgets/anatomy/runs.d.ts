/** The payloads of Anatomy, as the TypedDicts in lab/views/anatomy say. */
import type { Arrays, Grid } from "../core/lab";

export type PartKind = "self_attention" | "cross_attention" | "feed_forward";
export type StackName = "encoder" | "decoder" | "vit";
/** A kind of attention. */
export type AttentionName = "encoder" | "decoder" | "cross";
export interface StackMeta {
  stack: StackName;
  token: string[];
  /** Of each layer, in order. */
  part: PartKind[];
  layers: number;
  /** Whether a part reads the normalised stream, or the sum is normalised. */
  pre_norm: boolean;
  /** Whether the norms are LayerNorms, or RMSNorms. */
  centred: boolean;
  adds_position: boolean;
  eps: number;
  /** Tokens or classes, to which the arrays <stack>_top refer. */
  name: string[];
}
/** What a flow is drawn from: the stream of each stack; see lab/views/anatomy/stream.py. */
export interface FlowRun {
  stacks: StackMeta[];
  /** What the model says, token by token; a photo has a grid instead. */
  output?: string[];
  positions?: boolean;
  grid?: Grid;
  prefix?: string[];
  arrays: Arrays;
}
/** Code that ran: its lines, and in order what they made. */
export interface Listing {
  lines: string[];
  /** line: the first is 0. */
  made: { line: number; name: string; shape: number[] }[];
}
export interface AttentionCode {
  kind: AttentionName;
  masked: boolean;
  scaled: boolean;
  lines: string[];
  /** Into how many heads; `made` and `difference` have one for each. */
  split: number[];
  made: Listing["made"][];
  /** By layer: from PyTorch's own attention, and from the model's, null where the switches are not its. */
  difference: number[][];
  model_difference: (number | null)[];
}
export interface WalkRun extends FlowRun {
  output: string[];
  positions: boolean;
  kinds: AttentionName[];
  /** Of every kind of attention, each way to set its mask and scale. */
  code: AttentionCode[];
}
export type ProgramName = "positions" | "layer_norm" | "feed_forward" | "training" | "generation" | "kv_cache";
/** A tensor that a line of a program made; its numbers lie in arrays.numbers from `offset` on. */
export interface MadeNumbers {
  line: number;
  name: string;
  shape: number[];
  offset: number;
  rows: number;
  /** How many of a row are sent, from the first. */
  columns: number;
  /** Of ids, what they stand for; else none. */
  piece: string[];
}
export interface ProgramsRun {
  model: string;
  stack: "encoder" | "decoder";
  token: string[];
  programs: { name: ProgramName; lines: string[]; made: MadeNumbers[]; difference: number }[];
  arrays: Arrays;
}
