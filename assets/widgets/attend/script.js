// Where a token looks: one row of the attention matrix over the photo.
lab.widgets.attend = (root, text) => {
  const part = (name) => root.querySelector("." + name);
  let run, head, query;

  const row = (which) => lab.vit.row(run, layers.step, query, which);

  const paint = (canvas, weights, colour) => {
    const patches = weights.subarray(run.prefix.length);
    const top = patches.reduce((a, b) => Math.max(a, b), 1e-12);
    lab.drawCells(canvas, patches.map((w) => w / top), ...run.grid, colour);
  };

  const draw = () => {
    const first = run.prefix.length;
    const weights = row(head);
    const patches = weights.subarray(first);
    const best = patches.reduce((at, w, i) => (w > patches[at] ? i : at), 0);
    paint(part("heat"), weights, lab.overlayColour);
    Object.assign(root.dataset, { layer: layers.step + 1, head, query, pinned: pick.pinned ? "yes" : "no", half: lab.halfCount(patches) });
    part("layer").textContent = `${layers.step + 1} / ${layers.count}`;
    part("mark").hidden = query < first;
    if (query >= first) lab.placeMark(part("mark"), query - first, run.grid);
    part("readout").textContent = lab.fill(text.readout, {
      query: query < first ? run.prefix[query] : lab.cellName(text, query - first, run.grid),
      key: lab.cellName(text, best, run.grid),
      share: lab.percent(patches[best]),
      prefix: run.prefix.join(" + "),
      half: root.dataset.half,
      count: patches.length,
      rest: lab.percent(weights.subarray(0, first).reduce((a, b) => a + b, 0)),
    });
    for (const thumb of part("thumbs").children) {
      paint(thumb.firstChild, row(thumb.head), lab.weightColour);
      thumb.setAttribute("aria-pressed", String(thumb.head === head));
    }
    [...part("prefix").children].forEach((button, i) => button.setAttribute("aria-pressed", String(i === query)));
  };
  const later = lab.eachFrame(draw);
  const pick = lab.picker(root, [part("stage")], () => run.grid, () => {
    query = pick.cell + run.prefix.length;
    later();
  });
  const layers = lab.stepBar(root, part("layers"), text, later);
  part("opacity").addEventListener("input", (event) => (part("heat").style.opacity = event.target.value / 100));
  part("heat").style.opacity = 0.85;

  const build = () => {
    const heads = run.arrays.attention.shape[1];
    const choices = lab.heads("mean", heads).map((h) => [h, h + 1]);
    choices.push(["mean", text.mean], ["rollout", text.rollout]);
    const thumb = ([key, label]) =>
      lab.make("button", { type: "button", head: key, ariaLabel: `${text.head_name} ${label}`, onclick: () => ((head = key), later()) }, document.createElement("canvas"), String(label));
    part("thumbs").replaceChildren(...choices.map(thumb));
    part("thumbs").classList.toggle("many", heads > 6);
    const look = (i) => () => pick.choose(i - run.prefix.length, !(pick.pinned && query === i));
    part("prefix").replaceChildren(...run.prefix.map((name, i) => lab.make("button", { type: "button", textContent: name, onclick: look(i) })));
  };

  return (value) => {
    const before = run?.arrays.attention.shape.join();
    run = value;
    const [rows, columns] = run.grid;
    lab.drawPixels(part("photo"), run.arrays.pixels);
    if (run.arrays.attention.shape.join() === before) return build(), later();
    head = "mean";
    build();
    layers.reset(run.arrays.attention.shape[0], run.arrays.attention.shape[0] - 1);
    pick.choose(Math.floor(rows / 2) * columns + Math.floor(columns / 2), false);
  };
};
