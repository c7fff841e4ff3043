// The same spot of the same photo in a ViT and in a Swin, at the same share of their depth: where does it look?
lab.widgets.pair = (root, text) => {
  const sides = {};
  let spot = [0.5, 0.5];

  // Mean over heads of the row of the token at the spot, over the whole map (token,), and how far through the model.
  const vit = () => {
    const { run } = sides.vit;
    const { grid, prefix } = run;
    const layers = run.arrays.attention.shape[0];
    const layer = level(layers);
    const weights = lab.vit.row(run, layer, prefix.length + at(grid), "mean").subarray(prefix.length);
    return { grid, weights, visible: weights.length, place: lab.fill(text.layer, { layer: layer + 1, layers }) };
  };
  const swin = () => {
    const { run } = sides.swin;
    const number = level(run.blocks.length);
    const { grid } = run.blocks[number];
    const seat = lab.swin.seat(run, number, at(grid));
    const out = new Float32Array(grid[0] * grid[1]);
    lab.swin.row(run, number, seat, "mean").forEach((weight, key) => (out[seat.tokens[key]] = weight));
    const visible = seat.tokens.filter((other) => lab.swin.sees(run, number, at(grid), other)).length;
    return {
      grid,
      weights: out,
      visible,
      place: lab.fill(text.block, { block: number + 1, blocks: run.blocks.length }),
    };
  };

  const at = ([rows, columns]) => Math.floor(spot[1] * rows) * columns + Math.floor(spot[0] * columns);
  const level = (count) => (depth.count > 1 ? Math.round((depth.step * (count - 1)) / (depth.count - 1)) : 0);

  const draw = () => {
    for (const [name, read] of [
      ["vit", vit],
      ["swin", swin],
    ]) {
      const { half } = sides[name];
      const { grid, weights, visible, place } = read();
      const top = Math.max(...weights, 1e-12);
      lab.drawCells(
        half.querySelector(".heat"),
        weights.map((w) => w / top),
        ...grid,
        lab.overlayColour,
      );
      lab.placeMark(half.querySelector(".mark"), at(grid), grid);
      const most = lab.halfCount(weights);
      half.querySelector(".place").textContent = place;
      half.querySelector(".readout").textContent = lab.fill(text.sees, {
        visible,
        count: weights.length,
        share: lab.percent(visible / weights.length),
        half: most,
        area: lab.percent(most / weights.length),
      });
      Object.assign(half.dataset, { visible, half: most, token: at(grid) });
    }
    Object.assign(root.dataset, { step: depth.step, pinned: pick.pinned ? "yes" : "no" });
  };
  const later = lab.eachFrame(draw);
  const depth = lab.stepBar(root, root.querySelector(".film"), text, later);

  // The ViT's patches are the spots that one can choose, in both photos.
  const stages = root.querySelectorAll(".stage");
  const pick = lab.picker(
    root,
    stages,
    () => sides.vit.run.grid,
    () => {
      const [rows, columns] = sides.vit.run.grid;
      spot = [((pick.cell % columns) + 0.5) / columns, (Math.floor(pick.cell / columns) + 0.5) / rows];
      later();
    },
  );

  return (value) => {
    for (const name of ["vit", "swin"]) {
      sides[name] = { half: root.querySelector(".half." + name), run: value[name] };
      lab.drawPixels(sides[name].half.querySelector(".photo"), value[name].arrays.pixels);
    }
    const count = Math.max(value.vit.arrays.attention.shape[0], value.swin.blocks.length);
    if (count === depth.count) return later();
    depth.reset(count, Math.floor(count / 3));
  };
};
