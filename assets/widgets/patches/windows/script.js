// The film of a Swin: grid, windows, cyclic shift, mask, attention, reverse shift, merging; and a place's reach.
lab.widgets.windows = (root, text) => {
  const part = (name) => root.querySelector("." + name);
  const [gold, violet, dark] = [
    [255, 212, 59, 255],
    [99, 102, 241, 255],
    [40, 40, 56, 255],
  ];
  const source = document.createElement("canvas");
  // The chosen place is a patch of the first map; the film opens near the edge, where the mask has something to hide.
  let run, head, spot, gliding;

  const index = () => run.frames[film.step].block;
  const kind = () => run.frames[film.step].kind;
  const block = () => run.blocks[index()];
  const grid = () => block().grid;
  const token = () => lab.swin.token(run, index(), spot);
  // In these frames the map is drawn as it stands after the cyclic shift.
  const shift = () => (["shift", "mask", "attention"].includes(kind()) ? block().shift : 0);
  // The cell `by` rows and columns further, round the edges.
  const move = (cell, by) => {
    const [rows, columns] = grid();
    return ((Math.floor(cell / columns) + by + rows) % rows) * columns + (((cell % columns) + by + columns) % columns);
  };
  const drawnAt = (of) => move(of, -shift());
  // Stage and block within it, counted from 1.
  const place = (at) => {
    const { stage } = run.blocks[at];
    return { stage: stage + 1, block: run.blocks.slice(0, at + 1).filter((other) => other.stage === stage).length };
  };
  const inWindows = () => !["grid", "merge", "reverse"].includes(kind());

  // The photo, rolled by some cells up and to the left.
  const drawPhoto = (by) => {
    const canvas = part("photo");
    Object.assign(canvas, { width: 4 * source.width, height: 4 * source.height });
    const pen = canvas.getContext("2d");
    pen.imageSmoothingEnabled = false;
    const [x, y] = [(-by * canvas.width) / grid()[1], (-by * canvas.height) / grid()[0]];
    for (const dx of [0, canvas.width])
      for (const dy of [0, canvas.height]) pen.drawImage(source, x + dx, y + dy, canvas.width, canvas.height);
  };

  // The map really moves: from one shift to another in half a second, unless the film goes on before.
  const glide = (from, to) => {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const mine = (gliding = {});
    const begun = performance.now();
    const tick = (now) => {
      if (gliding !== mine) return;
      const share = Math.min(1, Math.max(0, now - begun) / 500);
      drawPhoto(from + (to - from) * share);
      if (share < 1) return requestAnimationFrame(tick);
      gliding = null;
      later();
    };
    tick(begun);
  };

  const drawHeat = (seat, row) => {
    const [rows, columns] = grid();
    const weights = new Float32Array(rows * columns).fill(-1);
    const top = Math.max(...row);
    if (kind() === "attention") seat.tokens.forEach((other, key) => (weights[drawnAt(other)] = row[key] / top));
    const regions = kind() === "mask" ? run.arrays[`region_${index()}`] : new Uint8Array(weights.length);
    const cells = Array.from(weights, (weight, cell) => [weight, regions[cell]]);
    const rest = kind() === "attention" ? [0, 0, 0, 110] : [0, 0, 0, 0];
    const tint = (region) => (region ? [...lab.series[(region - 1) % lab.series.length], 150] : rest);
    lab.drawCells(part("heat"), cells, rows, columns, ([weight, region]) =>
      weight < 0 ? tint(region) : lab.overlayColour(weight),
    );
  };

  const drawLines = () => {
    const [rows, columns] = grid();
    const cell = 1024 / columns;
    const canvas = Object.assign(part("grid"), { width: 1024, height: rows * cell });
    const pen = canvas.getContext("2d");
    const lines = (step, lineWidth, strokeStyle) => {
      Object.assign(pen, { lineWidth, strokeStyle });
      for (let y = 0; y < rows; y += step)
        for (let x = 0; x < columns; x += step) pen.strokeRect(x * cell, y * cell, step * cell, step * cell);
    };
    const size = block().window;
    lines(1, 1.5, "rgba(255, 255, 255, 0.55)");
    if (kind() === "merge") lines(2, 6, "#ffd43b");
    if (inWindows()) lines(size, 6, "#ffd43b");
    if (kind() === "mask") writeRegions(pen, cell);
  };

  // The region ids, each in the middle of its region.
  const writeRegions = (pen, cell) => {
    const { window, shift: by } = block();
    const parts = (side) => [
      [0, side - window],
      [side - window, side - by],
      [side - by, side],
    ];
    const [rows, columns] = grid();
    Object.assign(pen, {
      textAlign: "center",
      textBaseline: "middle",
      fillStyle: "#fff",
      strokeStyle: "rgba(0, 0, 0, 0.8)",
      lineWidth: 8,
      lineJoin: "round",
    });
    parts(rows).forEach(([top, bottom], r) =>
      parts(columns).forEach(([left, right], c) => {
        pen.font = `600 ${Math.min(72, cell * 0.9 * Math.min(bottom - top, right - left))}px sans-serif`;
        const at = [3 * r + c, ((left + right) / 2) * cell, ((top + bottom) / 2) * cell];
        pen.strokeText(...at);
        pen.fillText(...at);
      }),
    );
  };

  const drawWindow = ({ window, slot, tokens }, row) => {
    const size = block().window;
    const top = Math.max(...row);
    lab.drawCells(
      part("own"),
      row.map((weight) => weight / top),
      size,
      size,
      lab.weightColour,
    );
    const pairs = Array.from(tokens, (one, query) =>
      Array.from(tokens, (other) => [lab.swin.sees(run, index(), one, other), query === slot]),
    ).flat();
    lab.drawCells(part("mask"), pairs, tokens.length, tokens.length, ([seen, mine]) =>
      !seen ? dark : mine ? gold : violet,
    );
    const open = tokens.filter((other) => lab.swin.sees(run, index(), token(), other)).length;
    part("mask-line").textContent = lab.fill(text.mask, { window: window + 1, slots: tokens.length, open });
    root.dataset.open = open;
  };

  // Reach is counted anew for a new place only; the film just moves the frame round one of its pictures.
  const drawReach = () => {
    const passed = index() + (["attention", "reverse", "merge"].includes(kind()) ? 1 : 0);
    for (const [name, place] of [
      ["group", "moving"],
      ["group_still", "still"],
    ]) {
      [...part(place).children].forEach((canvas, count) => {
        if (canvas.spot !== spot) {
          const reached = lab.swin.reach(run, name, count, spot);
          lab.drawCells(canvas, reached, ...run.blocks[0].grid, (r) => (r ? gold : dark));
          Object.assign(canvas, { spot, patches: reached.reduce((a, b) => a + b, 0) });
        }
        canvas.classList.toggle("now", count === passed);
        if (count === passed) root.dataset[place] = canvas.patches;
      });
    }
    const [rows, columns] = run.blocks[0].grid;
    part("reach-line").textContent = lab.fill(text.reached, {
      passed,
      moving: root.dataset.moving,
      still: root.dataset.still,
      count: rows * columns,
    });
  };

  const write = ({ window, tokens }, row) => {
    const { stage, window: size, shift: by } = block();
    const [rows, columns] = grid();
    const best = lab.largest(row);
    const name = (of) => lab.cellName(text, of, grid(), "token");
    part("title").textContent = text[`${kind()}_title`];
    part("place").textContent = lab.fill(text.place, place(index()));
    part("story").textContent = lab.fill(text[`${kind()}_story`], {
      rows,
      columns,
      window: size,
      shift: by,
      windows: (rows * columns) / size ** 2,
      slots: size ** 2,
      side: run.patch_size * 2 ** stage,
    });
    part("readout").textContent = lab.fill(text.looks, {
      token: name(token()),
      window: window + 1,
      key: name(tokens[best]),
      share: lab.percent(row[best]),
    });
    for (const button of part("heads").children) button.setAttribute("aria-pressed", String(button.head === head));
    for (const button of part("jumps").children) button.setAttribute("aria-pressed", String(button.block === index()));
    Object.assign(root.dataset, {
      frame: film.step,
      kind: kind(),
      block: index(),
      token: token(),
      window,
      head,
      pinned: pick.pinned ? "yes" : "no",
    });
  };

  let drawnFrame;
  const draw = () => {
    const seat = lab.swin.seat(run, index(), token());
    const row = lab.swin.row(run, index(), seat, head);
    if (drawnFrame !== run.frames[film.step]) {
      drawnFrame = run.frames[film.step];
      if (!gliding) drawPhoto(shift());
      drawLines();
    }
    drawHeat(seat, row);
    const [rows, columns] = grid();
    lab.placeMark(part("mark"), drawnAt(token()), grid());
    part("mark").hidden = Boolean(gliding);
    part("own-window").hidden = !inWindows() || Boolean(gliding);
    lab.placeMark(part("own-window"), seat.window, [rows / block().window, columns / block().window]);
    drawWindow(seat, row);
    drawReach();
    write(seat, row);
  };
  const later = lab.eachFrame(draw);

  const pick = lab.picker(root, [part("stage")], grid, () => {
    const [first, columns] = [run.blocks[0].grid[1], grid()[1]];
    const at = move(pick.cell, shift());
    const inside = (place) => Math.floor((place + 0.5) * (first / columns));
    spot = inside(Math.floor(at / columns)) * first + inside(at % columns);
    later();
  });

  const film = lab.stepBar(
    root,
    part("film"),
    text,
    () => {
      const count = run.arrays[`attention_${index()}`].shape[1];
      if (head >= count) head = "mean";
      const choice = (key, label) =>
        lab.make("button", { type: "button", head: key, textContent: label, onclick: () => ((head = key), later()) });
      part("heads").replaceChildren(
        ...lab.heads("mean", count).map((h) => choice(h, h + 1)),
        choice("mean", text.mean),
      );
      pick.cell = drawnAt(token());
      gliding = null;
      if (kind() === "shift") glide(0, block().shift);
      if (kind() === "reverse") glide(block().shift, 0);
      later();
    },
    1300,
  );

  return (value) => {
    const before = JSON.stringify(run?.blocks);
    run = value;
    lab.drawPixels(source, run.arrays.pixels);
    drawnFrame = null;
    if (JSON.stringify(run.blocks) === before) return later();
    head = "mean";
    const [rows, columns] = run.blocks[0].grid;
    spot = Math.floor(rows / 2) * columns + columns - 2;
    const jump = (_, at) =>
      lab.make("button", {
        type: "button",
        block: at,
        textContent: Object.values(place(at)).join("·"),
        onclick: () => film.go(run.frames.findIndex((f) => f.block === at)),
      });
    part("jumps").replaceChildren(...run.blocks.map(jump));
    for (const name of ["moving", "still"])
      part(name).replaceChildren(...[null, ...run.blocks].map(() => document.createElement("canvas")));
    film.reset(run.frames.length);
  };
};
