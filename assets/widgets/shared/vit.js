// A ViT run's insides by index.
lab.vit = {
  // A token's attention over all tokens in a layer: of one head, of all on average ("mean"), or rolled out through all
  // layers up to this one ("rollout").
  row(run, layer, query, head) {
    const { attention, attention_max, rollout, rollout_max } = run.arrays;
    const [, heads, tokens] = attention.shape;
    if (head === "rollout") return lab.meanRow(rollout, rollout_max, tokens, [layer * tokens + query]);
    return lab.meanRow(attention, attention_max, tokens, lab.heads(head, heads).map((h) => (layer * heads + h) * tokens + query));
  },
};
