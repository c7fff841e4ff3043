// A Swin run's insides by index: a token's place in its window, its row of attention, and its reach.
lab.swin = {
  // The token of block `index` that covers a patch of the first map.
  token(run, index, patch) {
    const [, first] = run.blocks[0].grid;
    const [, columns] = run.blocks[index].grid;
    const shrunk = first / columns;
    return Math.floor(Math.floor(patch / first) / shrunk) * columns + Math.floor((patch % first) / shrunk);
  },

  // The tokens of a token's window, slot by slot, and its own slot.
  seat(run, index, token) {
    const slots = run.blocks[index].window ** 2;
    const all = run.arrays[`window_token_${index}`];
    const at = all.indexOf(token);
    const window = Math.floor(at / slots);
    return { window, slot: at % slots, tokens: all.subarray(window * slots, (window + 1) * slots) };
  },

  // A token's attention over the slots of its window: of one head, or of all on average.
  row(run, index, { window, slot, tokens }, head) {
    const [attention, maxima] = ["attention", "attention_max"].map((name) => run.arrays[`${name}_${index}`]);
    const heads = attention.shape[1];
    const rows = lab.heads(head, heads).map((h) => (window * heads + h) * tokens.length + slot);
    return lab.meanRow(attention, maxima, tokens.length, rows);
  },

  // Whether the first of two tokens may see the second in block `index`.
  sees(run, index, token, other) {
    const group = run.arrays[`group_${index}`];
    return group[token] === group[other];
  },

  // Patches of the first map that can influence the place of `patch` after `count` blocks: back through the windows,
  // shifted as they are ("group") or all unshifted ("group_still").
  reach(run, name, count, patch) {
    let [rows, columns] = run.blocks[Math.max(0, count - 1)].grid;
    let reached = new Uint8Array(rows * columns);
    reached[lab.swin.token(run, Math.max(0, count - 1), patch)] = 1;
    for (let index = count - 1; index >= 0; index--) {
      const [r, c] = run.blocks[index].grid;
      if (r !== rows) {
        const [fewer, small] = [columns, reached];
        reached = new Uint8Array(r * c).map((_, i) => small[Math.floor(Math.floor(i / c) / 2) * fewer + Math.floor((i % c) / 2)]);
        [rows, columns] = [r, c];
      }
      const numbers = run.arrays[`${name}_${index}`];
      const seen = new Uint8Array((9 * numbers.length) / run.blocks[index].window ** 2);
      for (let i = 0; i < numbers.length; i++) if (reached[i]) seen[numbers[i]] = 1;
      for (let i = 0; i < numbers.length; i++) reached[i] = seen[numbers[i]];
    }
    return reached;
  },
};
