// What one position can see and does see, layer by layer, in several models on one photo.
lab.widgets.fields = (root, text, select) => {
  const part = (name) => root.querySelector("." + name);
  const chosen = { weights: 0, images: 0, mode: "field" };
  let run, columns, position;
  let [asked, pending] = [0, "no"];

  // A byte of the one scale for all: 0 a tenth of the picture's average or less, 255 a thousand times as much.
  const colour = (byte) => [...lab.colourMap[byte], Math.min(255, 2 * byte)];
  const share = (number) => (Number.isFinite(number) ? lab.percent(number) : "—");
  const clip = (number) => Math.min(0.9999, Math.max(0, number));

  const rolling = () => chosen.mode === "rollout";
  const array = (name, index) => run.arrays[`${name}_${index}`];
  const layer = (index) => Math.ceil(((depth.step + 1) * run.columns[index].layers.length) / depth.count) - 1;
  // The picture of the chosen weights and images in layer `at`, of an array whose last two axes are its cells.
  const picture = (name, index, at) => {
    const cells = array(name, index);
    const [rows, across] = cells.shape.slice(-2);
    const number = name === "field" ? slot(cells, at) : at;
    return { rows, across, bytes: cells.subarray(number * rows * across, (number + 1) * rows * across) };
  };
  const slot = ({ shape }, at) => (chosen.weights * shape[1] + chosen.images) * shape[2] + at;

  const drawHeat = (canvas, index, at) => {
    const { rows, across, bytes } = picture(rolling() ? "rollout" : "field", index, at);
    lab.drawCells(canvas, bytes, rows, across, colour);
  };

  const lines = (index, at) => {
    const [top, left, bottom, right] = array("box", index).subarray(4 * at, 4 * at + 4);
    const { attends, rolls } = run.columns[index];
    const area = array("area", index);
    const [log, mass] = area.subarray(2 * slot(area, at), 2 * slot(area, at) + 2);
    const distance = attends ? [share(array("distance", index)[at]), text.distance] : ["—", text.no_attention];
    const can = [share((bottom - top) * (right - left)), text.can];
    if (rolling()) return [can, distance, [null, text[rolls ? "rolled" : "no_rollout"]]];
    return [can, [share(mass), text.does], [share(log), text.replknet], distance];
  };

  const draw = () => {
    const layers = run.columns.map((_, index) => layer(index));
    columns.forEach((column, index) => {
      const at = layers[index];
      const names = run.columns[index].layers;
      const of = (name) => column.querySelector("." + name);
      const percents = [...array("box", index).subarray(4 * at, 4 * at + 4)].map((edge) => 100 * edge);
      const [top, left, bottom, right] = percents;
      drawHeat(of("heat"), index, at);
      Object.assign(of("box").style, { top: top + "%", left: left + "%", height: bottom - top + "%", width: right - left + "%" });
      Object.assign(of("cross").style, { top: 100 * position[0] + "%", left: 100 * position[1] + "%" });
      of("layer").textContent = names[at];
      of("number").textContent = `${at + 1} / ${names.length}`;
      const line = ([number, label]) => (number === null ? [lab.make("span", { className: "note", textContent: label })] : [lab.make("b", { textContent: number }), lab.make("span", { textContent: label })]);
      of("readout").replaceChildren(...lines(index, at).flatMap(line));
    });
    part("share").textContent = `${Math.round((100 * (depth.step + 1)) / depth.count)}%`;
    Object.assign(root.dataset, { ...chosen, pending, step: depth.step, layers: layers.join(), position: position.map((number) => number.toFixed(3)).join() });
  };
  const later = lab.eachFrame(draw);
  const depth = lab.stepBar(root, part("film"), text, later);

  const choices = () => {
    const offer = (name, shown, options) => {
      const box = part(name);
      box.hidden = !shown;
      box.ariaLabel = text[name];
      lab.choose(box, options, chosen[name], (value) => ((chosen[name] = value), choices(), later()));
      for (const button of box.children) button.disabled = rolling() && name !== "mode";
    };
    offer("weights", hasRandom(), [[0, text.trained], [1, text.random]]);
    offer("images", run.n_image > 0, [[0, text.photo], [1, lab.fill(text.average, { n: run.n_image })]]);
    offer("mode", hasRollout(), [["field", text.field], ["rollout", text.rollout]]);
  };
  const hasRandom = () => array("field", 0).shape[0] > 1;
  const hasRollout = () => run.columns.some(({ rolls }) => rolls);

  const ask = () => {
    pending = "yes";
    select({ position, request: run.request, count: ++asked });
    later();
  };
  const move = (down, across) => ((position = [clip(down), clip(across)]), later());
  const click = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    move((event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width);
    ask();
  };
  const back = () => ((pending = "no"), move(...run.position));
  addEventListener("lab-unanswered", () => pending === "yes" && back());
  lab.onKey(root, (code) => {
    if (code === "Escape") return back(), true;
    if (code === "Enter" && (lab.byPointer || !document.activeElement.matches("button, a"))) return ask(), true;
    const [down, across] = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[code] ?? [];
    if (down === undefined) return false;
    return move(position[0] + down / 16, position[1] + across / 16), true;
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
      const stage = lab.make("div", { className: "stage", onclick: click }, canvas("photo"), canvas("heat"), lab.make("div", { className: "box" }), lab.make("div", { className: "cross" }));
      const at = lab.make("div", { className: "at" }, lab.make("output", { className: "layer" }), lab.make("span", { className: "number" }));
      return lab.make("div", { className: "column" }, lab.make("div", { className: "name" }), stage, at, lab.make("div", { className: "readout" }));
    });
    part("columns").replaceChildren(...columns);
  };

  return (value) => {
    const shape = ({ columns, arrays }) => columns.map((_, index) => arrays[`field_${index}`].shape.join()).join(" ");
    const before = run && shape(run);
    run = value;
    if (run.columns.length !== columns?.length) build();
    columns.forEach((column, index) => {
      const { model, answer, share } = run.columns[index];
      lab.drawPixels(column.querySelector(".photo"), array("pixels", index));
      column.querySelector(".name").replaceChildren(lab.make("b", { textContent: model }), ` · ${answer} ${share}`);
    });
    if (!hasRandom()) chosen.weights = 0;
    if (!run.n_image) chosen.images = 0;
    if (!hasRollout()) chosen.mode = "field";
    choices();
    back();
    const count = Math.max(...run.columns.map(({ layers }) => layers.length));
    if (shape(run) !== before) depth.reset(count, Math.floor((count - 1) / 2));
  };
};
