// Which pixels speak for a model's answer: integrated gradients and Grad-CAM over the photo, one column a model.
lab.widgets.evidence = (root, text) => {
  const part = (name) => root.querySelector("." + name);
  const chosen = { modes: "integrated", grains: "blocks" };
  const blockSize = 8;
  let run;

  // Single pixels are small and few of them large: their colours come sooner.
  const signedOverlay = (share) => [
    ...lab.signedColour(0.8 * Math.sign(share)).slice(0, 3),
    255 * Math.abs(share) ** (chosen.grains === "blocks" ? 0.7 : 0.5),
  ];

  // Each pixel's share of the largest, or that of the block in which it lies, whose pixels are added up.
  const shares = (bytes) => {
    const [rows, columns] = bytes.shape;
    const size = chosen.grains === "blocks" ? blockSize : 1;
    const across = Math.ceil(columns / size);
    const block = (i) => Math.floor(i / columns / size) * across + Math.floor((i % columns) / size);
    const sums = new Float32Array(across * Math.ceil(rows / size));
    bytes.forEach((byte, i) => (sums[block(i)] += byte));
    const top = sums.reduce((most, sum) => Math.max(most, Math.abs(sum)), 1e-12);
    return Float32Array.from(bytes, (_, i) => sums[block(i)] / top);
  };

  const sumLine = ({ sum, difference }) => {
    const sentence = difference.startsWith("-") ? text.sum_lower : text.sum_higher;
    return lab.fill(sentence, { sum: lab.number(Number(sum), 2), difference: difference.replace("-", "") });
  };

  const drawColumn = (column, index) => {
    const { arrays } = run;
    const { cam } = run.columns[index];
    const find = (name) => column.querySelector("." + name);
    const heat = find("heat");
    const showsCam = chosen.modes === "cam" && cam;
    heat.hidden = !showsCam && chosen.modes !== "integrated";
    find("none").hidden = chosen.modes !== "cam" || cam;
    find("readout").textContent = chosen.modes === "cam" ? (cam ? text.cam_readout : "") : sumLine(run.columns[index]);
    if (showsCam) {
      const bytes = arrays[`cam_${index}`];
      lab.drawCells(
        heat,
        Float32Array.from(bytes, (byte) => byte / 255),
        ...bytes.shape,
        lab.overlayColour,
      );
    } else if (!heat.hidden) {
      const bytes = arrays[`integrated_${index}`];
      lab.drawCells(heat, shares(bytes), ...bytes.shape, signedOverlay);
    }
  };

  const drawLegend = () => {
    const cam = chosen.modes === "cam";
    const colours = cam
      ? [0, 0.25, 0.5, 0.75, 1].map((share) => `rgb(${lab.colourMap[Math.round(255 * share)]})`)
      : [-1, -0.5, 0, 0.5, 1].map((share) => {
          const [red, green, blue, alpha] = signedOverlay(share);
          return `rgba(${red}, ${green}, ${blue}, ${alpha / 255})`;
        });
    part("scale").style.background = `linear-gradient(to right, ${colours})`;
    part("low").textContent = cam ? text.cam_low : text.against;
    part("high").textContent = cam ? text.cam_high : text.in_favour;
    part("legend").style.visibility = chosen.modes === "photo" ? "hidden" : "visible";
  };

  const draw = () => {
    Object.assign(root.dataset, { mode: chosen.modes, grain: chosen.grains });
    for (const button of root.querySelectorAll(".choices button")) {
      button.setAttribute("aria-pressed", String(chosen[button.parentElement.classList[0]] === button.value));
    }
    for (const button of part("grains").children) button.disabled = chosen.modes !== "integrated";
    drawLegend();
    [...part("columns").children].forEach(drawColumn);
  };
  const later = lab.eachFrame(draw);

  for (const group of Object.keys(chosen)) {
    for (const button of part(group).children) button.onclick = () => ((chosen[group] = button.value), later());
  }
  const setOpacity = () => root.style.setProperty("--opacity", part("opacity").value / 100);
  part("opacity").addEventListener("input", setOpacity);
  setOpacity();

  const build = ({ model, label, share }, index) => {
    const photo = lab.make("canvas", { className: "photo" });
    lab.drawPixels(photo, run.arrays[`pixels_${index}`]);
    const none = lab.make("p", { className: "none", textContent: text.no_cam });
    return lab.make(
      "div",
      { className: "column" },
      lab.make("div", { className: "name", textContent: model }),
      lab.make("p", { className: "answer", textContent: lab.fill(text.answer, { label, share }) }),
      lab.make("div", { className: "stage" }, photo, lab.make("canvas", { className: "heat" }), none),
      lab.make("p", { className: "readout" }),
    );
  };

  return (value) => {
    run = value;
    part("columns").style.setProperty("--columns", run.columns.length);
    part("columns").replaceChildren(...run.columns.map(build));
    draw();
  };
};
