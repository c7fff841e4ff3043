// The photo under its patch grid, and what becomes of one patch: pixels, vector, embedding, position.
lab.widgets.cut = (root, text) => {
  const part = (name) => root.querySelector("." + name);
  let run, size, grid;

  const drawGrid = () => {
    const canvas = part("grid");
    const [rows, columns] = grid;
    const [width, height] = [1200, Math.round((1200 * rows) / columns)];
    Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d");
    const cell = width / columns;
    pen.beginPath();
    for (let x = 0; x <= columns; x++) pen.moveTo(x * cell, 0), pen.lineTo(x * cell, height);
    for (let y = 0; y <= rows; y++) pen.moveTo(0, y * cell), pen.lineTo(width, y * cell);
    Object.assign(pen, { lineWidth: 2.5, strokeStyle: "rgba(255, 255, 255, 0.8)" });
    pen.stroke();
    if (canvas.clientWidth / columns < 26) return;
    Object.assign(pen, {
      font: `600 ${Math.min(64, Math.max(26, cell / 3.2))}px sans-serif`,
      lineWidth: 6,
      textAlign: "center",
      textBaseline: "middle",
      lineJoin: "round",
      strokeStyle: "rgba(0, 0, 0, 0.7)",
      fillStyle: "#fff",
    });
    for (let i = 0; i < rows * columns; i++) {
      const [x, y] = [((i % columns) + 0.5) * cell, (Math.floor(i / columns) + 0.5) * cell];
      pen.strokeText(i + 1, x, y);
      pen.fillText(i + 1, x, y);
    }
  };

  // One row of an int8 array with its largest size: numbers in [-1, 1] and that size.
  const signed = (name, at) => {
    const bytes = run.arrays[name];
    const length = bytes.shape[1];
    return [Array.from(bytes.subarray(at * length, (at + 1) * length), (b) => b / 127), run.arrays[name + "_max"][at]];
  };

  const drawLearned = (at) => {
    const [vector, vectorMax] = signed("vector", at);
    lab.drawCells(part("vector"), vector, 3, vector.length / 3, lab.signedColour);
    const [embedding, embeddingMax] = signed("embedding", at);
    lab.drawCells(part("embedding"), embedding, 1, embedding.length, lab.signedColour);
    const length = embeddingMax * Math.hypot(...embedding);
    const bounds = (numbers, top) => ({
      low: lab.number(Math.min(...numbers) * top, 2),
      high: lab.number(Math.max(...numbers) * top, 2),
    });
    part("vector-line").textContent = lab.fill(text.vector, {
      side: size,
      count: vector.length,
      grey: size * size,
      ...bounds(vector, vectorMax),
    });
    part("embedding-line").textContent = lab.fill(text.embedding, {
      count: vector.length,
      width: embedding.length,
      length: lab.number(length, 2),
      ...bounds(embedding, embeddingMax),
    });
    const tokens = run.arrays.position.shape[1];
    const from = (run.prefix.length + at) * tokens + run.prefix.length;
    const similarity = Array.from(run.arrays.position.subarray(from, from + grid[0] * grid[1]), (b) => b / 127);
    lab.drawCells(part("position"), similarity, ...grid, lab.signedColour);
    lab.placeMark(root.querySelector(".map .mark"), at, grid);
    const best = similarity.reduce((top, s, i) => (i !== at && (top === null || s > similarity[top]) ? i : top), null);
    part("position-line").textContent = lab.fill(text.position, {
      best: lab.cellName(text, best, grid),
      cosine: lab.number(similarity[best], 2),
    });
    Object.assign(root.dataset, { embedding: length.toFixed(2), cosine: similarity[best].toFixed(2) });
  };

  const draw = () => {
    const at = pick.cell;
    const [left, top] = [(at % grid[1]) * size, Math.floor(at / grid[1]) * size];
    Object.assign(root.dataset, { patch: at + 1, size, count: grid[0] * grid[1], pinned: pick.pinned ? "yes" : "no" });
    part("name").textContent = lab.cellName(text, at, grid);
    lab.placeMark(part("stage").querySelector(".mark"), at, grid);
    for (const [name, channels] of [
      ["rgb", [0, 1, 2]],
      ["red", [0, 0, 0]],
      ["green", [1, 1, 1]],
      ["blue", [2, 2, 2]],
    ]) {
      lab.drawPixels(part(name), run.arrays.pixels, left, top, size, size, channels);
    }
    const own = size === run.patch_size;
    for (const name of ["vector", "embedding", "position-row"]) part(name).hidden = !own;
    part("embedding-line").textContent = "";
    if (own) drawLearned(at);
    else
      part("vector-line").textContent = lab.fill(text.other_size, {
        side: size,
        count: 3 * size * size,
        own: run.patch_size,
      });
  };
  const later = lab.eachFrame(draw);
  const pick = lab.picker(root, [part("stage")], () => grid, later);

  const cut = (side) => {
    const middle = grid ? [(Math.floor(pick.cell / grid[1]) + 0.5) * size, ((pick.cell % grid[1]) + 0.5) * size] : null;
    size = side;
    const [height, width] = run.arrays.pixels.shape;
    grid = [height / size, width / size];
    const count = grid[0] * grid[1];
    drawGrid();
    part("sum").textContent = lab.fill(text.sum, {
      height,
      width,
      side: size,
      rows: grid[0],
      columns: grid[1],
      count: lab.number(count),
      numbers: lab.number(3 * size * size),
      extra: run.prefix.length,
      prefix: run.prefix.join(" + "),
      pairs: lab.number((count + run.prefix.length) ** 2),
    });
    for (const button of part("sizes").children) button.setAttribute("aria-pressed", String(button.side === size));
    const [y, x] = middle ?? [height / 2, width / 2];
    pick.choose(
      Math.min(grid[0] - 1, Math.floor(y / size)) * grid[1] + Math.min(grid[1] - 1, Math.floor(x / size)),
      pick.pinned && middle !== null,
    );
  };

  return (value) => {
    const shape = (of) => [of?.arrays.pixels.shape, of?.patch_size].join();
    const before = shape(run);
    run = value;
    const [height, width] = run.arrays.pixels.shape;
    lab.drawPixels(part("photo"), run.arrays.pixels);
    const divides = (side) => height % side === 0 && width % side === 0;
    const sides = [
      ...new Set([8, 12, 14, 16, 24, 28, 32, 48, 56, 64, 96, 112].filter(divides).concat(run.patch_size)),
    ].sort((a, b) => a - b);
    part("sizes").replaceChildren(
      ...sides.map((side) =>
        lab.make("button", {
          type: "button",
          side,
          textContent: side,
          title: side === run.patch_size ? text.own_size : "",
          className: side === run.patch_size ? "own" : "",
          onclick: () => cut(side),
        }),
      ),
    );
    if (shape(run) === before) return cut(size);
    grid = undefined;
    cut(run.patch_size);
  };
};
