// The attention of both decoders side by side: over the source, and of the decoder over itself.
lab.decodingLooks = (root, text, changed) => {
  const chosen = { layer: 0, head: "mean" };
  const sides = { search: root.querySelector(".look.search"), refine: root.querySelector(".look.refine") };
  const shown = { search: null, refine: null };
  const name = (piece) => lab.pieceName(piece, text);
  let layers, heads;

  // The mean of the chosen heads' rows; `row(head)` numbers them.
  const mean = (run, array, length, count, row) =>
    lab.meanRow(
      run.arrays[array],
      run.arrays[`${array}_max`],
      length,
      lab.heads(chosen.head === "mean" ? "mean" : Math.min(chosen.head, count - 1), count).map(row),
    );

  // The search's query that predicts a candidate: the last token of the row that it extends.
  const searchLook = (run, { step, candidate }) => {
    if (step < 0) return null;
    const { search, arrays } = run;
    const path = lab.ancestry(search, step, candidate);
    const [, rows, count, number, source] = arrays.search_cross.shape;
    const layer = Math.min(chosen.layer, count - 1);
    const at = (on) => (head) => ((on * rows + search.steps[on].parent[path[on]]) * count + layer) * number + head;
    const keys = arrays.search_self.shape[4];
    const pieces = path.map((of, on) => search.piece[search.steps[on].token[of]]);
    return {
      layer,
      count,
      title: lab.fill(text.predicting, { token: name(pieces[step]), at: step + 1 }),
      cross: mean(run, "search_cross", source, number, at(step)),
      self: path.map((_, on) => mean(run, "search_self", keys, number, at(on)).subarray(0, on + 1)),
      size: search.steps.length,
      row: step,
      input: (on) => (on ? name(pieces[on - 1] ?? "…") : "▶"),
      source: search.source,
    };
  };

  const refineLook = (run, model, cell) => {
    if (!cell || cell.pass < 0) return null;
    const { pass, position } = cell;
    const [, count, number, positions, source] = run.arrays[`refine_${model}_cross`].shape;
    const layer = Math.min(chosen.layer, count - 1);
    const { best, source: words } = run.refine[model];
    const grid = lab.refined(run, model, best);
    const at = (query) => (head) => ((pass * count + layer) * number + head) * positions + query;
    return {
      layer,
      count,
      title: lab.fill(text.predicting_position, {
        token: name(grid.cell(pass, position).piece),
        at: position + 1,
        pass: pass + 1,
      }),
      cross: mean(run, `refine_${model}_cross`, source, number, at(position)),
      self: Array.from({ length: positions }, (_, query) =>
        mean(run, `refine_${model}_self`, positions, number, at(query)),
      ),
      size: positions,
      row: position,
      // What a pass reads: a mask where it predicts, else the token of the pass before.
      input: (on) => (grid.cell(pass, on).masked ? text.mask : name(grid.cell(pass, on).piece)),
      source: words,
    };
  };

  const drawSide = (side, look) => {
    const part = (query) => sides[side].querySelector(query);
    shown[side] = look;
    part(".name").textContent =
      `${text[`${side}_title`]}${look ? lab.fill(text.layer_of, { layer: look.layer + 1, count: look.count }) : ""}`;
    sides[side].classList.toggle("empty", !look);
    part(".row-mark").hidden = !look;
    if (!look) return ((part(".largest").textContent = text[`${side}_none`]), lab.drawAttention(part("canvas"), [], 1));
    const words = look.source.map(name);
    lab.wordRow(part(".words"), words, look.cross);
    const best = lab.largest(look.cross);
    part(".largest").textContent =
      `${look.title} ${lab.fill(text.looks_at, { share: lab.percent(look.cross[best]), word: words[best] })}`;
    lab.drawAttention(part("canvas"), look.self, look.size);
    lab.placeMark(part(".row-mark"), look.row, [look.size, 1]);
    point(side, look.row, lab.largest(look.self[look.row]));
  };

  const point = (side, query, key) => {
    const look = shown[side];
    const row = look?.self[query];
    const kind = !row ? "cell_later" : key < row.length ? "cell_weight" : "cell_masked_out";
    const details = look && {
      row: query + 1,
      column: key + 1,
      query: look.input(query),
      key: look.input(key),
      share: row ? lab.percent(row[key] ?? 0) : "",
    };
    sides[side].querySelector(".cell").textContent = look ? lab.fill(text[kind], details) : "";
  };
  for (const side of Object.keys(sides))
    lab.overMatrix(
      sides[side].querySelector("canvas"),
      () => shown[side]?.size ?? 1,
      (query, key) => point(side, query, key),
    );

  const choices = () => {
    const pick = (what) => (value) => ((chosen[what] = value), choices(), changed());
    lab.choose(
      root.querySelector(".layers"),
      Array.from({ length: layers }, (_, at) => [at, at + 1]),
      chosen.layer,
      pick("layer"),
    );
    lab.choose(
      root.querySelector(".heads"),
      [...Array.from({ length: heads }, (_, at) => [at, at + 1]), ["mean", text.mean]],
      chosen.head,
      pick("head"),
    );
  };

  return {
    build(run) {
      const shapes = [
        run.arrays.search_cross.shape.slice(2, 4),
        ...run.refine.map((_, at) => run.arrays[`refine_${at}_cross`].shape.slice(1, 3)),
      ];
      const [most, widest] = [0, 1].map((axis) => Math.max(...shapes.map((shape) => shape[axis])));
      if (most !== layers || widest !== heads) Object.assign(chosen, { layer: most - 1, head: "mean" });
      [layers, heads] = [most, widest];
      choices();
    },
    draw(run, node, model, cell) {
      drawSide("search", searchLook(run, node));
      drawSide("refine", refineLook(run, model, cell));
      Object.assign(root.dataset, { layer: chosen.layer, head: chosen.head });
    },
  };
};
