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
export interface WalkRun extends FlowRun {
  output: string[];
  positions: boolean;
  kinds: AttentionName[];
  code: {
    /** Whose self-attention it computes. */
    stack: "encoder" | "decoder";
    /** Line of the file. */
    first: number;
    lines: string[];
    made: { line: number; name: string; shape: number[] }[];
    /** By layer: from PyTorch's own attention, and from the model's. */
    difference: number[];
    model_difference: number[];
  };
}
