/** The payloads of norm and sizes, as the TypedDicts in lab/views/anatomy say. */
import type { Arrays } from "../core/lab";

export interface LayerNormRun {
  model: string;
  tokens: string[];
  parts: ("self_attention" | "feed_forward")[];
  pre_norm: boolean;
  eps: number;
  /** x (layer, part, token, width), weight and bias (layer, part, width) */
  arrays: Arrays;
}
