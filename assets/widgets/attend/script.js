// Where a token looks: one row of the attention matrix over the photo.
lab.widgets.attend = (root, text) => {
  const part = (name) => root.querySelector("." + name);
  const heat = part("heat");
  let run, layer, head, query, pinned, frame;
  part("layer-name").textContent = text.layer;
  part("head-name").textContent = text.head;
  part("query-name").textContent = text.query;
  part("opacity-name").textContent = text.opacity;
  part("hint").textContent = text.hint;

  // Weights of the row (query) as shares of 1; head "mean" averages, "rollout" follows all layers up to this one.
  const row = (which) => {
    const [, heads, tokens] = run.arrays.attention.shape;
    const out = new Float32Array(tokens);
    const add = (bytes, maxima, index, share) => {
      const scale = (maxima[index] * share) / 255;
      for (let key = 0; key < tokens; key++) out[key] += bytes[index * tokens + key] * scale;
    };
    if (which === "rollout") add(run.arrays.rollout, run.arrays.rollout_max, layer * tokens + query, 1);
    else {
      const list = which === "mean" ? [...Array(heads).keys()] : [which];
      for (const h of list) add(run.arrays.attention, run.arrays.attention_max, (layer * heads + h) * tokens + query, 1 / list.length);
    }
    return out;
  };

  const paint = (canvas, weights) => {
    const patches = weights.subarray(run.prefix.length);
    const top = patches.reduce((a, b) => Math.max(a, b), 1e-12);
    lab.drawCells(canvas, patches.map((w) => w / top), ...run.grid);
  };

  const token = (index) =>
    index < run.prefix.length
      ? run.prefix[index]
      : lab.fill(text.patch, {
          number: index - run.prefix.length + 1,
          row: Math.floor((index - run.prefix.length) / run.grid[1]) + 1,
          column: ((index - run.prefix.length) % run.grid[1]) + 1,
        });

  const draw = () => {
    frame = undefined;
    const weights = row(head);
    const patches = weights.subarray(run.prefix.length);
    const best = patches.reduce((at, w, i) => (w > patches[at] ? i : at), 0);
    paint(heat, weights);
    Object.assign(root.dataset, { layer: layer + 1, head, query, pinned: pinned ? "yes" : "no" });
    part("readout").textContent = lab.fill(text.readout, {
      query: token(query),
      key: token(best + run.prefix.length),
      share: lab.percent(patches[best]),
      cls: lab.percent(weights[0]),
    });
    const [rows, columns] = run.grid;
    const at = query - run.prefix.length;
    const style = { width: 100 / columns + "%", height: 100 / rows + "%", left: ((at % columns) * 100) / columns + "%", top: (Math.floor(at / columns) * 100) / rows + "%" };
    Object.assign(part("mark").style, style, { display: at < 0 ? "none" : "block" });
    for (const figure of part("thumbs").children) paint(figure.firstChild, row(figure.head));
    for (const button of root.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.chosen()));
  };
  const later = () => (frame ??= requestAnimationFrame(draw));

  const button = (parent, label, chosen, choose) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: label, chosen });
    made.addEventListener("click", () => (choose(), later()));
    parent.append(made);
  };

  const build = () => {
    const [layers, heads] = run.arrays.attention.shape;
    for (const name of ["layers", "heads", "prefix", "thumbs"]) part(name).replaceChildren();
    for (let l = 0; l < layers; l++) button(part("layers"), l + 1, () => layer === l, () => (layer = l));
    const choices = [["mean", text.mean], ["rollout", text.rollout]];
    for (let h = heads - 1; h >= 0; h--) choices.unshift([h, h + 1]);
    for (const [key, label] of choices) button(part("heads"), label, () => head === key, () => (head = key));
    run.prefix.forEach((name, i) => button(part("prefix"), name, () => query === i, () => ((query = i), (pinned = true))));
    for (const [key, label] of choices) {
      const figure = Object.assign(document.createElement("figure"), { head: key });
      figure.append(document.createElement("canvas"), document.createTextNode(label));
      figure.addEventListener("click", () => ((head = key), later()));
      part("thumbs").append(figure);
    }
  };

  const stage = part("stage");
  const hover = (event, pin) => {
    const cell = run && lab.cellAt(event, stage, ...run.grid);
    if (cell == null || (pinned && !pin)) return;
    const next = cell + run.prefix.length;
    if (pin) pinned = !(pinned && query === next);
    query = next;
    later();
  };
  stage.addEventListener("pointermove", (event) => hover(event, false));
  stage.addEventListener("click", (event) => hover(event, true));
  part("opacity").addEventListener("input", (event) => (heat.style.opacity = event.target.value / 100));
  root.addEventListener("keydown", (event) => {
    if (!run || event.target.tagName === "INPUT") return;
    const [rows, columns] = run.grid;
    const at = Math.max(0, query - run.prefix.length);
    const [y, x] = [Math.floor(at / columns), at % columns];
    const move = { ArrowLeft: [y, x - 1], ArrowRight: [y, x + 1], ArrowUp: [y - 1, x], ArrowDown: [y + 1, x] }[event.key];
    const step = { "]": 1, "[": -1, PageDown: 1, PageUp: -1 }[event.key];
    if (move && move[0] >= 0 && move[0] < rows && move[1] >= 0 && move[1] < columns) {
      query = move[0] * columns + move[1] + run.prefix.length;
      pinned = true;
    } else if (step) layer = Math.min(run.arrays.attention.shape[0] - 1, Math.max(0, layer + step));
    else if (!move) return;
    event.preventDefault();
    later();
  });

  return (value) => {
    run = value;
    [layer, head, query, pinned] = [0, "mean", run.prefix.length + Math.floor((run.grid[0] / 2 + 0.5) * run.grid[1]), false];
    lab.drawPixels(part("photo"), run.arrays.pixels);
    build();
    draw();
  };
};
