// A photo in cells: drawing it and what lies over it, choosing a cell, stepping.
Object.assign(window.lab, {
  // The model's pixels (row, column, RGB), or a rectangle of them, on a canvas of one dot a pixel.
  drawPixels(canvas, pixels, left = 0, top = 0, width = pixels.shape[1], height = pixels.shape[0], channels = [0, 1, 2]) {
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const image = new ImageData(width, height);
    for (let y = 0, to = 0; y < height; y++) {
      for (let x = 0; x < width; x++, to += 4) {
        const from = 3 * ((top + y) * pixels.shape[1] + left + x);
        for (let c = 0; c < 3; c++) image.data[to + c] = pixels[from + channels[c]];
        image.data[to + 3] = 255;
      }
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  },

  // Cells on a canvas of one dot a cell (CSS stretches it): paint(value) gives [red, green, blue, alpha].
  drawCells(canvas, values, rows, columns, paint) {
    if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
    const image = new ImageData(columns, rows);
    const words = new Uint32Array(image.data.buffer);
    for (let i = 0; i < rows * columns; i++) {
      const [red, green, blue, alpha] = paint(values[i]);
      words[i] = red | (green << 8) | (blue << 16) | (alpha << 24);
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  },

  // A weight in [0, 1]; over a photo the small ones are more transparent.
  weightColour: (weight) => [...lab.colourMap[Math.round(255 * weight)], 255],
  overlayColour: (weight) => [...lab.colourMap[Math.round(255 * weight)], 130 + 110 * weight],

  // A number in [-1, 1], blue to red.
  signedColour: (number) => [...lab.divergingMap[Math.round(127 + 127 * Math.min(1, Math.max(-1, number)))], 255],

  // How many weights, the largest first, hold half of their sum.
  halfCount(weights) {
    const sorted = weights.slice().sort().reverse();
    let left = sorted.reduce((a, b) => a + b, 0) / 2;
    return sorted.findIndex((w) => (left -= w) <= 0) + 1;
  },

  // Lay `mark` over cell `at` of a grid.
  placeMark(mark, at, [rows, columns]) {
    const share = (part, whole) => (100 * part) / whole + "%";
    Object.assign(mark.style, {
      width: share(1, columns),
      height: share(1, rows),
      left: share(at % columns, columns),
      top: share(Math.floor(at / columns), rows),
    });
  },

  // "patch 92 (row 7, column 8)"; "token 92 …" on a map that is no longer the first.
  cellName(text, at, [, columns], kind = "patch") {
    return lab.fill(text[kind], { number: at + 1, row: Math.floor(at / columns) + 1, column: (at % columns) + 1 });
  },

  // Choosing a cell: hovering shows it, a click pins it or lets it go, arrow keys move the pin, Escape lets it go.
  // stages: where; grid() gives [rows, columns]; changed() is called after every choice.
  picker(root, stages, grid, changed) {
    const choice = { cell: 0, pinned: false };
    const choose = (cell, pinned) => (Object.assign(choice, { cell, pinned }), changed());
    const under = (event) => {
      const [rows, columns] = grid();
      const box = event.currentTarget.getBoundingClientRect();
      const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
      const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
      return row >= 0 && row < rows && column >= 0 && column < columns ? row * columns + column : null;
    };
    for (const stage of stages) {
      stage.addEventListener("pointermove", (event) => {
        const cell = under(event);
        if (cell !== null && !choice.pinned && cell !== choice.cell) choose(cell, false);
      });
      stage.addEventListener("click", (event) => {
        const cell = under(event);
        if (cell !== null) choose(cell, !(choice.pinned && choice.cell === cell));
      });
    }
    lab.onKey(root, (code) => {
      if (code === "Escape" && choice.pinned) return choose(choice.cell, false), true;
      const [down, right] = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[code] ?? [];
      if (down === undefined) return false;
      const [rows, columns] = grid();
      const at = Math.max(0, choice.cell);
      const [row, column] = [Math.floor(at / columns) + down, (at % columns) + right];
      if (row >= 0 && row < rows && column >= 0 && column < columns) choose(row * columns + column, true);
      return true;
    });
    return Object.assign(choice, { choose });
  },

  // The step bar: play, back, forward, scrub; space, [ and ] do the same. changed() is called after
  // every step; a step lasts `pace` milliseconds, until setPace.
  stepBar(root, parent, text, changed, pace = 700) {
    const bar = { step: 0, count: 1 };
    const range = lab.make("input", { type: "range", min: 0, value: 0, ariaLabel: text.step });
    const button = (label, title, act) => lab.make("button", { type: "button", textContent: label, title, ariaLabel: title, onclick: act });
    let timer;
    const stop = () => {
      timer = clearInterval(timer);
      play.textContent = "▶";
    };
    const go = (step) => {
      bar.step = Math.min(bar.count - 1, Math.max(0, step));
      range.value = bar.step;
      changed();
    };
    const tick = () => (root.offsetParent && bar.step < bar.count - 1 ? go(bar.step + 1) : stop());
    const toggle = () => {
      if (timer) return stop();
      play.textContent = "❚❚";
      if (bar.step === bar.count - 1) go(0);
      timer = setInterval(tick, pace);
    };
    const play = button("▶", text.play, toggle);
    const back = button("‹", text.back, () => (stop(), go(bar.step - 1)));
    const forward = button("›", text.forward, () => (stop(), go(bar.step + 1)));
    range.addEventListener("input", () => (stop(), go(Number(range.value))));
    parent.classList.add("steps");
    parent.append(play, back, range, forward);
    lab.onKey(root, (code) => {
      const act = { Space: toggle, BracketLeft: back.onclick, BracketRight: forward.onclick }[code];
      act?.();
      return Boolean(act);
    });
    bar.go = (step) => (stop(), go(step));
    bar.setPace = (milliseconds) => {
      pace = milliseconds;
      if (!timer) return;
      clearInterval(timer);
      timer = setInterval(tick, pace);
    };
    bar.reset = (count, step = 0) => {
      stop();
      bar.count = count;
      range.max = count - 1;
      go(step);
    };
    return bar;
  },
});
