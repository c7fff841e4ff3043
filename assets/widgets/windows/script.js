// The film of a Swin: grid, windows, cyclic shift, mask, attention, reverse shift, merging; and a place's reach.
lab.widgets.windows = (root, text) => {
  const part = (name) => root.querySelector("." + name);
  let run, head, spot, gliding, moved = 0;

  const frame = () => run.frames[film.step];
  const block = () => run.blocks[frame().block];
  const array = (name, index = frame().block) => run.arrays[`${name}_${index}`];
  const grid = () => block().grid;
  // In these frames the map is drawn as it stands after the cyclic shift.
  const isShifted = () => ["shift", "mask", "attention"].includes(frame().kind) && block().shift > 0;

  // The chosen place is a patch of the first map; the token of this frame's map that covers it.
  const tokenAt = (patch, [rows, columns]) => {
    const [, first] = run.blocks[0].grid;
    const shrunk = first / columns;
    return Math.floor(Math.floor(patch / first) / shrunk) * columns + Math.floor((patch % first) / shrunk);
  };
  const token = () => tokenAt(spot, grid());
  // Where a token is drawn, and which token is drawn at a place.
  const move = (cell, by) => {
    const [rows, columns] = grid();
    return ((Math.floor(cell / columns) + by + rows) % rows) * columns + (((cell % columns) + by + columns) % columns);
  };
  const drawnAt = (of) => (isShifted() ? move(of, -block().shift) : of);

  // Window and slot of the chosen token, and its row of attention over the window's slots.
  const seat = () => {
    const at = array("window_token").indexOf(token());
    const slots = block().window ** 2;
    return { window: Math.floor(at / slots), slot: at % slots, slots };
  };
  const row = () => {
    const { window, slot, slots } = seat();
    const heads = array("attention").shape[1];
    const out = new Float32Array(slots);
    const list = head === "mean" ? [...Array(heads).keys()] : [Math.min(head, heads - 1)];
    for (const h of list) {
      const index = (window * heads + h) * slots + slot;
      const scale = array("attention_max")[index] / 255 / list.length;
      for (let key = 0; key < slots; key++) out[key] += array("attention")[index * slots + key] * scale;
    }
    return out;
  };

  const drawHeat = () => {
    const [rows, columns] = grid();
    const weights = new Float32Array(rows * columns).fill(-1);
    if (frame().kind === "attention") {
      const { window, slots } = seat();
      const own = row();
      const top = Math.max(...own);
      for (let key = 0; key < slots; key++) weights[drawnAt(array("window_token")[window * slots + key])] = own[key] / top;
    }
    const region = (cell) => (frame().kind === "mask" ? array("region")[cell] : 0);
    let cell = 0;
    lab.drawCells(part("heat"), weights, rows, columns, (w) => {
      const colour = region(cell++);
      if (w >= 0) return lab.overlayColour(w);
      if (frame().kind === "attention") return [0, 0, 0, 110];
      return colour ? [...lab.series[(colour - 1) % lab.series.length], 150] : [0, 0, 0, 0];
    });
  };

  // The photo, rolled by `moved` cells up and to the left.
  const drawPhoto = () => {
    const canvas = part("photo");
    const [height, width] = run.arrays.pixels.shape;
    Object.assign(canvas, { width: 4 * width, height: 4 * height });
    const pen = canvas.getContext("2d");
    pen.imageSmoothingEnabled = false;
    const [x, y] = [(-moved * canvas.width) / grid()[1], (-moved * canvas.height) / grid()[0]];
    for (const dx of [0, canvas.width]) for (const dy of [0, canvas.height]) pen.drawImage(source, x + dx, y + dy, canvas.width, canvas.height);
  };
  const source = document.createElement("canvas");

  // The map really moves: from one shift to another in half a second, unless the film goes on before.
  const glide = (from, to) => {
    const mine = (gliding = {});
    const begun = performance.now();
    const tick = (now) => {
      if (gliding !== mine) return;
      const share = Math.min(1, Math.max(0, now - begun) / 500);
      moved = from + (to - from) * share;
      drawPhoto();
      if (share < 1) requestAnimationFrame(tick);
      else gliding = null;
    };
    tick(begun);
  };

  const drawLines = () => {
    const canvas = part("grid");
    const [rows, columns] = grid();
    Object.assign(canvas, { width: 1024, height: 1024 });
    const pen = canvas.getContext("2d");
    const cell = 1024 / columns;
    const lines = (step, width, colour) => {
      pen.beginPath();
      for (let x = 0; x <= columns; x += step) (pen.moveTo(x * cell, 0), pen.lineTo(x * cell, 1024));
      for (let y = 0; y <= rows; y += step) (pen.moveTo(0, y * cell), pen.lineTo(1024, y * cell));
      Object.assign(pen, { lineWidth: width, strokeStyle: colour });
      pen.stroke();
    };
    lines(1, 1.5, "rgba(255, 255, 255, 0.55)");
    if (frame().kind === "merge") lines(2, 6, "#ffd43b");
    else if (frame().kind !== "grid") lines(block().window, 6, "#ffd43b");
  };

  const drawMask = () => {
    const { window, slot, slots } = seat();
    const region = (at) => array("region")[drawnAtShifted(array("window_token")[window * slots + at])];
    const seen = Array.from({ length: slots ** 2 }, (_, i) => region(Math.floor(i / slots)) === region(i % slots));
    const own = (i) => Math.floor(i / slots) === slot;
    lab.drawCells(part("mask"), seen.map((s, i) => [s, own(i)]), slots, slots, ([s, o]) => (s ? (o ? [255, 212, 59, 255] : [99, 102, 241, 255]) : [30, 30, 40, 255]));
    const open = seen.slice(slot * slots, (slot + 1) * slots).filter(Boolean).length;
    part("mask-line").textContent = lab.fill(text.mask, { window: window + 1, slots, open });
    root.dataset.open = open;
  };
  const drawnAtShifted = (of) => (block().shift ? move(of, -block().shift) : of);

  // Patches of the first map that can influence the chosen place after `count` blocks: walk back through the windows.
  const reach = (name, count) => {
    let [rows, columns] = run.blocks[Math.max(0, count - 1)].grid;
    let reached = new Uint8Array(rows * columns);
    reached[tokenAt(spot, [rows, columns])] = 1;
    for (let index = count - 1; index >= 0; index--) {
      const [r, c] = run.blocks[index].grid;
      if (r !== rows) {
        const [fewer, small] = [columns, reached];
        reached = new Uint8Array(r * c).map((_, i) => small[Math.floor(Math.floor(i / c) / 2) * fewer + Math.floor((i % c) / 2)]);
        [rows, columns] = [r, c];
      }
      const numbers = array(name, index);
      const seen = new Set(numbers.filter((_, i) => reached[i]));
      reached = reached.map((_, i) => (seen.has(numbers[i]) ? 1 : 0));
    }
    return reached;
  };

  const drawReach = () => {
    const passed = frame().block + (["attention", "reverse", "merge"].includes(frame().kind) ? 1 : 0);
    const counts = {};
    for (const [name, canvases] of [["group", part("moving")], ["group_still", part("still")]]) {
      [...canvases.children].forEach((canvas, count) => {
        const reached = reach(name, count);
        lab.drawCells(canvas, reached, ...run.blocks[0].grid, (r) => (r ? [255, 212, 59, 255] : [60, 60, 80, 255]));
        canvas.classList.toggle("now", count === passed);
        if (count === passed) counts[name] = reached.reduce((a, b) => a + b, 0);
      });
    }
    const [rows, columns] = run.blocks[0].grid;
    part("reach-line").textContent = lab.fill(text.reached, { passed, moving: counts.group, still: counts.group_still, count: rows * columns });
    Object.assign(root.dataset, { passed, moving: counts.group, still: counts.group_still });
  };

  const draw = () => {
    const { kind } = frame();
    const { stage, window, shift } = block();
    const [rows, columns] = grid();
    if (!gliding) {
      moved = isShifted() ? shift : 0;
      drawPhoto();
    }
    drawHeat();
    drawLines();
    lab.placeMark(part("mark"), drawnAt(token()), grid());
    const inStage = run.blocks.slice(0, frame().block + 1).filter((b) => b.stage === stage).length;
    part("title").textContent = text[`${kind}_title`];
    part("place").textContent = lab.fill(text.place, { stage: stage + 1, block: inStage });
    part("story").textContent = lab.fill(text[kind + "_story"], { rows, columns, window, shift, windows: (rows * columns) / window ** 2, slots: window ** 2, side: run.patch_size * 2 ** stage });
    const best = { share: 0 };
    if (kind === "attention") row().forEach((share, key) => share > best.share && Object.assign(best, { share, key }));
    const { window: own, slots } = seat();
    part("readout").textContent = lab.fill(kind === "attention" ? text.looks : text.stands, {
      token: lab.cellName(text, token(), grid()),
      window: own + 1,
      key: kind === "attention" ? lab.cellName(text, array("window_token")[own * slots + best.key], grid()) : "",
      share: lab.percent(best.share),
    });
    part("head-row").hidden = kind !== "attention";
    part("mask-row").hidden = !["mask", "attention"].includes(kind);
    drawMask();
    drawReach();
    for (const button of part("heads").children) button.setAttribute("aria-pressed", String(button.head === head));
    for (const button of part("jumps").children) button.setAttribute("aria-pressed", String(button.block === frame().block));
    Object.assign(root.dataset, { frame: film.step, kind, block: frame().block, token: token(), window: own, head, pinned: pick.pinned ? "yes" : "no" });
  };
  const later = lab.eachFrame(draw);
  const pick = lab.picker(root, part("stage"), grid, () => {
    const [rows, columns] = grid();
    const at = isShifted() ? move(pick.cell, block().shift) : pick.cell;
    const shrunk = run.blocks[0].grid[1] / columns;
    spot = Math.floor((Math.floor(at / columns) + 0.5) * shrunk) * run.blocks[0].grid[1] + Math.floor(((at % columns) + 0.5) * shrunk);
    later();
  });
  const heads = () => {
    const choice = (key, label) => lab.make("button", { type: "button", head: key, textContent: label, onclick: () => ((head = key), later()) });
    const count = array("attention").shape[1];
    if (head !== "mean" && head >= count) head = "mean";
    part("heads").replaceChildren(...[...Array(count).keys()].map((h) => choice(h, h + 1)), choice("mean", text.mean));
  };
  const film = lab.stepBar(root, part("film"), text, () => {
    heads();
    pick.cell = drawnAt(token());
    gliding = null;
    if (frame().kind === "shift") glide(0, block().shift);
    if (frame().kind === "reverse") glide(block().shift, 0);
    later();
  }, 1300);

  return (value) => {
    run = value;
    head = "mean";
    const [rows, columns] = run.blocks[0].grid;
    spot = Math.floor(rows / 2) * columns + Math.floor(columns / 2);
    lab.drawPixels(source, run.arrays.pixels);
    const jump = (b, index) =>
      lab.make("button", { type: "button", block: index, textContent: `${b.stage + 1}·${run.blocks.slice(0, index + 1).filter((o) => o.stage === b.stage).length}`, onclick: () => film.go(run.frames.findIndex((f) => f.block === index)) });
    part("jumps").replaceChildren(...run.blocks.map(jump));
    for (const name of ["moving", "still"]) part(name).replaceChildren(...[null, ...run.blocks].map(() => document.createElement("canvas")));
    film.reset(run.frames.length);
  };
};
