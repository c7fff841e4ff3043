/** The payloads of Training strategies, as the TypedDicts in lab/views/strategies say. */

/** What follows a wrong token at one position; tokens are indices into `piece` of the run. */
export interface Mistake {
  wrong: number;
  after: number[];
  /** Places in the output and in `after`, side by side; -1 for nothing. */
  columns: [number, number][];
  /** Nats, at each position of the output; null up to the wrong token. */
  divergence: (number | null)[];
  /** Share of what came later that is not in both; null where nothing came. */
  changed: number | null;
}

export interface WrongRun {
  output: number[];
  /** By position; null where there is no token to put. */
  mistakes: (Mistake | null)[];
  alternative: number[][];
  alternative_log_prob: number[][];
  piece: string[];
  piece_id: number[];
}

/** One way to feed a decoder; a list has one entry for each position. */
export interface FedWay {
  way: "gold" | "mixed" | "own";
  /** "" for what starts an output, and for an end. */
  read: string[];
  predicted: string[];
  /** Nats. */
  loss: number[];
  /** Through the decoder. */
  passes: number;
  seconds: number;
}

export interface FedMeta {
  source: string;
  target: string[];
  draw: number[];
  /** What the first pass of the mix predicts. */
  first: string[];
  ways: FedWay[];
}

export interface FedRun {
  /** As they are named on the page. */
  strategies: string[];
  sources: string[];
  /** Below which a draw takes the true character. */
  coin: number;
  /** Of training before. */
  steps: number;
  /** All pairs of the first strategy, then of the next. */
  fed: FedMeta[];
}
