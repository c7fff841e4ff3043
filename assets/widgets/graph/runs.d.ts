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
  /**
   * place (node, 2); source, target (edge,), loops included; weight (channel, edge), channel_layer, channel_head;
   * label, known (node,); probability, whole (node, class); projected (layer, node, 2), explained (layer,)
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
