// A convolution as a special case of self-attention: its heads, and how far it is off, while alpha grows.
lab.widgets.sweep = (root, text) => {
  const part = (name) => root.querySelector("." + name);
  const series = ["inside", "border"];
  const colours = lab.series.slice(0, 2).map((colour) => `rgb(${colour})`);
  const floor = -15;
  const near = 9;
  const [left, right, top, bottom] = [66, 366, 14, 200];
  let run, now, dots;

  const raised = (power) => "10" + String(power).replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻");
  // "0.49", "8.7 × 10⁻⁵", "< 10⁻¹⁵".
  const scientific = (number) => {
    if (number < 10 ** floor) return "< " + raised(floor);
    if (number >= 0.0095) return number.toPrecision(2);
    const [digits, power] = number.toExponential(1).split("e");
    return `${digits} × ${raised(Number(power))}`;
  };

  // Of a map's rows or columns: the middle one, and of those around it the first that the heads show and how many.
  const middle = (side) => Math.floor(side / 2);
  const around = (side) => [Math.max(0, middle(side) - middle(near)), Math.min(side, near)];
  const shape = () => run.arrays.attention.shape.slice(2);

  // The tile of a head, which looks from the middle token to its neighbour at the head's shift.
  const tile = (head) => {
    const size = run.kernel_size;
    const shift = [Math.floor(head / size), head % size].map((place) => place - Math.floor(size / 2));
    const signed = shift.map((places) => (places > 0 ? "+" : "") + lab.number(places)).join(", ");
    const near = shift.every((places) => Math.abs(places) < 2);
    const arrow = near ? "↖↑↗←•→↙↓↘"[3 * shift[0] + shift[1] + 4] : `(${signed})`;
    const mark = lab.make("div", { className: "mark" });
    const [[top, rows], [left, columns]] = shape().map(around);
    const [row, column] = shape().map(middle);
    lab.placeMark(mark, (row - top) * columns + column - left, [rows, columns]);
    return lab.make(
      "div",
      { title: lab.fill(text.shift, { head: head + 1, shift: signed }) },
      lab.make("div", { className: "head-map" }, document.createElement("canvas"), mark),
      lab.make(
        "div",
        { className: "head-name" },
        lab.make("span", { className: near ? "shift" : "", textContent: arrow }),
        lab.make("output", {}),
      ),
    );
  };

  const drawHeads = (step) => {
    const { attention } = run.arrays;
    const [, heads, rows, columns] = attention.shape;
    const [[top, high], [left, wide]] = shape().map(around);
    [...part("heads").children].forEach((made, head) => {
      const from = (step * heads + head) * rows * columns;
      const weights = attention.subarray(from, from + rows * columns);
      const largest = weights.reduce((a, b) => Math.max(a, b), 1e-12);
      const shown = Array.from(
        { length: high * wide },
        (_, i) => weights[(top + Math.floor(i / wide)) * columns + left + (i % wide)] / largest,
      );
      lab.drawCells(made.querySelector("canvas"), shown, high, wide, lab.weightColour);
      made.querySelector("output").textContent = lab.percent(largest);
    });
  };

  // The border cells hatched, and a line around the others.
  const drawBorder = () => {
    const { interior } = run.arrays;
    const [rows, columns] = interior.shape;
    const cell = 40;
    const canvas = Object.assign(part("grid"), { width: columns * cell, height: rows * cell });
    const pen = canvas.getContext("2d");
    const inside = (row, column) =>
      row >= 0 && row < rows && column >= 0 && column < columns && interior[row * columns + column] === 1;
    Object.assign(pen, { strokeStyle: "rgba(255, 255, 255, 0.55)", lineWidth: 2 });
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        if (inside(row, column)) continue;
        const [x, y] = [column * cell, row * cell];
        for (const [a, b, c, d] of [
          [0, 0.5, 0.5, 0],
          [0, 1, 1, 0],
          [0.5, 1, 1, 0.5],
        ])
          pen.moveTo(x + a * cell, y + b * cell), pen.lineTo(x + c * cell, y + d * cell);
      }
    }
    pen.stroke();
    pen.beginPath();
    for (let row = 0; row <= rows; row++) {
      for (let column = 0; column <= columns; column++) {
        const [x, y] = [column * cell, row * cell];
        if (inside(row, column) !== inside(row - 1, column)) pen.moveTo(x, y), pen.lineTo(x + cell, y);
        if (inside(row, column) !== inside(row, column - 1)) pen.moveTo(x, y), pen.lineTo(x, y + cell);
      }
    }
    Object.assign(pen, { strokeStyle: "#22d3ee", lineWidth: 5 });
    pen.stroke();
  };

  const svg = (tag, attributes, content = "") => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.textContent = content;
    return made;
  };
  const across = (step) => left + ((right - left) * step) / Math.max(1, run.alphas.length - 1);
  const down = (error) => top + ((bottom - top) * Math.max(floor, Math.min(0, Math.log10(error)))) / floor;

  const buildChart = () => {
    const chart = svg("svg", { viewBox: "0 0 380 248", role: "img", "aria-label": text.chart });
    for (const power of [0, -5, -10, -15]) {
      const y = down(10 ** power);
      chart.append(svg("line", { class: "rule", x1: left, x2: right, y1: y, y2: y }));
      chart.append(
        svg(
          "text",
          { x: left - 6, y: y + 5, "text-anchor": "end" },
          power ? (power === floor ? "≤ " : "") + raised(power) : "1",
        ),
      );
    }
    const every = Math.ceil(run.alphas.length / 8);
    run.alphas.forEach(
      (alpha, i) =>
        i % every || chart.append(svg("text", { x: across(i), y: bottom + 20, "text-anchor": "middle" }, alpha)),
    );
    chart.append(svg("text", { x: (left + right) / 2, y: bottom + 41, "text-anchor": "middle" }, "α"));
    now = svg("line", { class: "now", y1: top - 8, y2: bottom });
    chart.append(now);
    series.forEach((name, i) =>
      chart.append(
        svg("polyline", {
          class: "line",
          stroke: colours[i],
          points: run[name].map((error, step) => `${across(step)},${down(error)}`).join(" "),
        }),
      ),
    );
    dots = colours.map((fill) => svg("circle", { r: 5, fill }));
    chart.append(...dots);
    part("chart").replaceChildren(chart);
  };

  const draw = () => {
    const { step } = bar;
    const { error } = run.arrays;
    const [, rows, columns] = error.shape;
    drawHeads(step);
    const logarithms = error
      .subarray(step * rows * columns, (step + 1) * rows * columns)
      .map((share) => 1 + Math.max(-6, Math.min(0, Math.log10(share))) / 6);
    lab.drawCells(part("error"), logarithms, rows, columns, lab.weightColour);
    part("alpha").textContent = `α = ${run.alphas[step]}`;
    series.forEach((name, i) => {
      part("numbers").querySelector("." + name).textContent = scientific(run[name][step]);
      dots[i].setAttribute("cx", across(step));
      dots[i].setAttribute("cy", down(run[name][step]));
    });
    for (const end of ["x1", "x2"]) now.setAttribute(end, across(step));
    Object.assign(root.dataset, { step, alpha: run.alphas[step], inside: run.inside[step], border: run.border[step] });
  };
  const bar = lab.stepBar(root, part("alphas"), text, lab.eachFrame(draw));

  part("scale").style.background =
    `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1].map((share) => `rgb(${lab.colourMap[Math.round(255 * share)]})`)})`;
  root.querySelectorAll(".numbers span").forEach((label, i) => label.style.setProperty("--line", colours[i]));

  return (value) => {
    const before = run?.alphas.join();
    run = value;
    const heads = run.arrays.attention.shape[1];
    const [rows, columns] = shape();
    const [[, high], [, wide]] = shape().map(around);
    const size = run.kernel_size;
    root.style.setProperty("--size", size);
    root.style.setProperty("--shape", `${columns} / ${rows}`);
    root.style.setProperty("--near", `${wide} / ${high}`);
    part("which").textContent = lab.fill(text.which, { model: run.model, layer: run.layer, size });
    part("conditions").textContent = lab.fill(text.conditions, {
      size,
      heads,
      channels_in: run.channels[0],
      channels_out: run.channels[1],
    });
    part("heads").replaceChildren(...Array.from({ length: heads }, (_, head) => tile(head)));
    drawBorder();
    buildChart();
    if (run.alphas.join() === before) return bar.go(bar.step);
    bar.reset(run.alphas.length, Math.max(0, run.alphas.indexOf(1)));
  };
};
