/** The payloads of graph, as the TypedDicts in lab/views/graph say. */
import type { Arrays } from "../core/lab";

/** Two nodes of an undirected edge, the smaller number first. */
export type GraphPair = [number, number];

export interface GraphRun {
  kind: "gcn" | "gat" | "gatv2" | "dot_product";
  nodes: string[];
  classes: string[];
  cut: GraphPair[];
  added: GraphPair[];
  /** The node that is chosen at first. */
  first: number;
  /** The input that has the changed edges. */
  sets: "changes" | "cuts";
  /** Whether edges can be added too. */
  adds: boolean;
  /**
   * place (node, 2); source, target (edge,), loops included; weight (channel, edge), channel_layer, channel_head;
   * label, known (node,); probability, whole (node, class), nan for nodes that nothing is said of; projected
   * (layer, node, 2), explained (layer,), of no layer where not all nodes are known that decide them. A weight is nan where
   * it has no part in what is said.
   */
  arrays: Arrays;
}

/** One layer's scores of every query for every key. */
export interface ScoresRun {
  model: string;
  layer: number;
  layers: number;
  tokens: string[];
  grid: [number, number];
  /** scores (head, query, key); for the photo also pixels */
  arrays: Arrays;
}
export interface MasksRun {
  photo: ScoresRun;
  sentence: ScoresRun;
}
