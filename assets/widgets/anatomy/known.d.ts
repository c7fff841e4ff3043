/** The payloads of Anatomy, as the TypedDicts in lab/views/anatomy say. */
import type { Arrays } from "../core/lab";

/** A sentence and what a model said to it; tokens are indices into `piece`, -1 stands for none. */
export interface KnownOutput {
  sentence: string;
  model: string;
  /** Empty where there is one stack alone, whose first token is no start token. */
  source: string[];
  piece: string[];
  /** Of a translator the output shifted right. */
  read: number[];
  says: number[];
  /** <changes>_<name>: see lab/views/anatomy/known.py. */
  arrays: Arrays;
}

export interface MaskRun extends KnownOutput {
  /** Of each token that is read after the start. */
  options: { token: number; id: number; probability: number }[][];
  replacement: number[];
  /** Position and id, or nothing. */
  edit: number[];
  /** Of what follows each token in the training pass; null of an encoder alone. */
  log_prob: (number | null)[] | null;
}
