// What one position can see and does see, layer by layer, in several models on one photo.
lab.widgets.fields = (root, text, select) => {
  const part = (name) => root.querySelector("." + name);
  const chosen = { weights: 0, images: 0, mode: "field" };
  let run, columns, position;
  // pending: "no" while the fields shown are the cross's, "moved" when it stands elsewhere, "yes" when they are asked for.
  let [asked, pending] = [0, "no"];

  // A byte of the one scale for all: 0 a tenth of the picture's average or less, 255 a thousand times as much.
  const colour = (byte) => [...lab.colourMap[byte], Math.min(255, 2 * byte)];
  const share = (number) => (Number.isFinite(number) ? lab.percent(number) : "—");
  const clip = (number) => Math.min(0.9999, Math.max(0, number));

  const rolling = () => chosen.mode === "rollout";
  // The choice that the pictures show: rollout is always that of the trained weights on this photo.
  const shown = (name) => (rolling() && name !== "mode" ? 0 : chosen[name]);
  const array = (name, index) => run.arrays[`${name}_${index}`];
  const layer = (index) => Math.ceil(((depth.step + 1) * run.columns[index].layers.length) / depth.count) - 1;
  // The picture of the chosen weights and images in layer `at`, of an array whose last two axes are its cells.
  const picture = (name, index, at) => {
    const cells = array(name, index);
    const [rows, across] = cells.shape.slice(-2);
    const number = name === "field" ? slot(cells, at) : at;
    return { rows, across, bytes: cells.subarray(number * rows * across, (number + 1) * rows * across) };
  };
  const slot = ({ shape }, at) => (shown("weights") * shape[1] + shown("images")) * shape[2] + at;
  const edges = (name, index, number) => array(name, index).subarray(4 * number, 4 * number + 4);

  const drawHeat = (canvas, index, at) => {
    const { rows, across, bytes } = picture(rolling() ? "rollout" : "field", index, at);
    lab.drawCells(canvas, bytes, rows, across, colour);
  };

  const line = (number, name) => [
    lab.make("b", { textContent: number }),
    lab.make("span", { textContent: text[name], title: text[name + "_means"] ?? "" }),
  ];
  const lines = (index, at) => {
    const [top, left, bottom, right] = edges("box", index, at);
    const { attends, rolls } = run.columns[index];
    const area = array("area", index);
    const [log, mass] = area.subarray(2 * slot(area, at), 2 * slot(area, at) + 2);
    const distance = attends ? line(share(array("distance", index)[at]), "distance") : line("—", "no_attention");
    const can = line(share((bottom - top) * (right - left)), "can");
    if (rolling())
      return [
        ...can,
        ...distance,
        lab.make("span", { className: "note", textContent: text[rolls ? "rolled" : "no_rollout"] }),
      ];
    return [...can, ...line(share(mass), "does"), ...line(share(log), "replknet"), ...distance];
  };

  const place = (outline, [top, left, bottom, right]) => {
    outline.hidden = bottom <= top;
    Object.assign(outline.style, {
      top: 100 * top + "%",
      left: 100 * left + "%",
      height: 100 * (bottom - top) + "%",
      width: 100 * (right - left) + "%",
    });
  };

  const draw = () => {
    const layers = run.columns.map((_, index) => layer(index));
    columns.forEach((column, index) => {
      const at = layers[index];
      const names = run.columns[index].layers;
      const of = (name) => column.querySelector("." + name);
      drawHeat(of("heat"), index, at);
      place(of("box"), edges("box", index, at));
      place(of("square"), rolling() ? [0, 0, 0, 0] : edges("square", index, slot(array("square", index), at)));
      Object.assign(of("cross").style, { top: 100 * position[0] + "%", left: 100 * position[1] + "%" });
      of("layer").textContent = names[at];
      of("number").textContent = `${at + 1} / ${names.length}`;
      of("readout").replaceChildren(...lines(index, at));
    });
    part("share").textContent = `${Math.round((100 * (depth.step + 1)) / depth.count)}%`;
    for (const name of Object.keys(chosen)) root.dataset[name] = shown(name);
    Object.assign(root.dataset, {
      pending,
      step: depth.step,
      layers: layers.join(),
      position: position.map((number) => number.toFixed(3)).join(),
    });
  };
  const later = lab.eachFrame(draw);
  const depth = lab.stepBar(root, part("film"), text, later);

  const choices = () => {
    const offer = (name, offered, options) => {
      const box = part(name);
      box.style.visibility = offered ? "visible" : "hidden";
      box.ariaLabel = text[name];
      lab.choose(box, options, shown(name), (value) => ((chosen[name] = value), choices(), later()));
      for (const button of box.children) button.disabled = rolling() && name !== "mode";
    };
    offer("weights", hasRandom(), [
      [0, text.trained],
      [1, text.random],
    ]);
    offer("images", run.n_image > 0, [
      [0, text.photo],
      [1, lab.fill(text.average, { n: run.n_image })],
    ]);
    offer("mode", hasRollout(), [
      ["field", text.field],
      ["rollout", text.rollout],
    ]);
  };
  const hasRandom = () => array("field", 0).shape[0] > 1;
  const hasRollout = () => run.columns.some(({ rolls }) => rolls);

  const move = (state, down, across) => ((pending = state), (position = [clip(down), clip(across)]), later());
  const ask = (down, across) => (move("yes", down, across), select({ position, request: run.request, count: ++asked }));
  const click = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    ask((event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width);
  };
  const back = () => move("no", ...run.position);
  addEventListener("lab-unanswered", () => pending === "yes" && back());
  lab.onKey(root, (code) => {
    if (code === "Escape") return pending === "moved" && (back(), true);
    if (code === "Enter" && (lab.byPointer || !document.activeElement.matches("button, a")))
      return (ask(...position), true);
    const [down, across] = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[code] ?? [];
    if (down === undefined) return false;
    return (move("moved", position[0] + down / 16, position[1] + across / 16), true);
  });

  const overlay = part("overlay").querySelector("input");
  const cover = () => root.style.setProperty("--overlay", overlay.value / 100);
  overlay.addEventListener("input", cover);
  cover();
  lab.drawCells(part("legend").querySelector("canvas"), [...Array(256).keys()], 1, 256, colour);
  part("ticks").append(...[0.1, 1, 10, 100, 1000].map((times) => lab.make("span", { textContent: `×${times}` })));

  const build = () => {
    columns = run.columns.map(() => {
      const canvas = (className) => lab.make("canvas", { className });
      const over = ["box", "square", "cross"].map((className) => lab.make("div", { className }));
      const stage = lab.make("div", { className: "stage", onclick: click }, canvas("photo"), canvas("heat"), ...over);
      const at = lab.make(
        "div",
        { className: "at" },
        lab.make("output", { className: "layer" }),
        lab.make("span", { className: "number" }),
      );
      return lab.make(
        "div",
        { className: "column" },
        lab.make("div", { className: "name" }),
        stage,
        at,
        lab.make("div", { className: "readout" }),
      );
    });
    part("columns").replaceChildren(...columns);
  };

  return (value) => {
    const depths = ({ columns }) => columns.map(({ layers }) => layers.length);
    const before = run && depths(run).join();
    run = value;
    if (run.columns.length !== columns?.length) build();
    columns.forEach((column, index) => {
      const { model, answer, share } = run.columns[index];
      lab.drawPixels(column.querySelector(".photo"), array("pixels", index));
      column
        .querySelector(".name")
        .replaceChildren(
          lab.make("b", { textContent: model }),
          lab.make("span", { className: "answer", textContent: ` · ${answer} ${share}` }),
        );
    });
    if (!hasRandom()) chosen.weights = 0;
    if (!run.n_image) chosen.images = 0;
    if (!hasRollout()) chosen.mode = "field";
    choices();
    if (pending === "moved") later();
    else back();
    const count = Math.max(...depths(run));
    if (depths(run).join() !== before) depth.reset(count, Math.floor((count - 1) / 2));
  };
};
