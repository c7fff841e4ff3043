// A ViT run's insides by index.
import { heads, meanRow } from "./attention.js";

/**
 * A token's attention over all tokens in a layer: of one head, of all on average ("mean"), or rolled out through all
 * layers up to this one ("rollout").
 * @param {import("../core/lab").VitRun} run
 * @param {number} layer
 * @param {number} query
 * @param {import("../core/lab").Head | "rollout"} head
 */
export function attentionRow(run, layer, query, head) {
  const { attention, attention_max, rollout, rollout_max } = run.arrays;
  const [, count, tokens] = attention.shape;
  if (head === "rollout") return meanRow(rollout, rollout_max, tokens, [layer * tokens + query]);
  const rows = heads(head, count).map((number) => (layer * count + number) * tokens + query);
  return meanRow(attention, attention_max, tokens, rows);
}

/**
 * How many patches, the most attended first, get half of what goes to patches from a token, counted before the numbers
 * became bytes.
 * @param {import("../core/lab").VitRun} run
 * @param {number} layer
 * @param {number} query
 * @param {import("../core/lab").Head | "rollout"} head
 */
export function halfCount({ arrays }, layer, query, head) {
  const [, count, tokens] = arrays.half.shape;
  const row = { mean: count - 2, rollout: count - 1 }[head] ?? Number(head);
  return arrays.half[(layer * count + row) * tokens + query];
}
