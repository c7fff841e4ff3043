// The tree of a beam search: a column for each decoder call, a lane for each running hypothesis, the rest below.
Object.assign(window.lab, {
  // The candidates that lead to one, from the first call on.
  ancestry({ steps }, step, candidate) {
    const path = [candidate];
    for (let at = step; at > 0; at--) path.unshift(steps[at - 1].kept[steps[at].parent[path[0]]]);
    return path;
  },

  // Draws in `box`; on.point(node) and on.pick(node) get {step, candidate}.
  tree(box, text, on) {
    const [column, width, small, top, first, most] = [102, 80, 24, 24, 50, 6];
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const space = lab.make("div", { className: "space" });
    box.replaceChildren(space);
    // Up to five lanes are high enough for a token over its score.
    let search, nodes, lanes, lane, drawn, won;
    let all = false;

    const key = (step, candidate) => `${step}:${candidate}`;
    const left = (step) => first + step * column;
    const rowTop = (row) => top + row * lane;
    const rest = (step) => {
      const { kept, fate } = search.steps[step];
      const others = fate.map((_, at) => at).filter((at) => !kept.includes(at));
      return [...others.filter((at) => fate[at] === "finished"), ...others.filter((at) => fate[at] !== "finished")];
    };

    const curve = (x0, y0, x1, y1, name) => {
      const path = document.createElementNS(svg.namespaceURI, "path");
      const bend = (x1 - x0) / 2;
      path.setAttribute("d", `M${x0},${y0} C${x0 + bend},${y0} ${x1 - bend},${y1} ${x1},${y1}`);
      path.setAttribute("class", name);
      svg.append(path);
      return path;
    };

    const addNode = (step, candidate, y, kept, forces) => {
      const { token, parent, fate, score } = search.steps[step];
      const end = search.finished.find((one) => one.step === step && one.candidate === candidate);
      const piece = search.piece[token[candidate]];
      const height = kept ? lane - 8 : small - 4;
      const name = lab.make("span", { className: "token", textContent: end && piece === "</s>" ? "■" : lab.pieceName(piece, text) });
      const node = lab.make("button", { type: "button", className: `node ${kept ? "kept" : fate[candidate]}`, tabIndex: -1 }, name);
      if (end || (kept && lane > 40)) node.append(lab.make("span", { className: "score", textContent: lab.number(end ? end.score : score[candidate], 2) }));
      if (forces.some(([at, row, id]) => at === step && row === parent[candidate] && id === search.piece_id[token[candidate]])) node.classList.add("forced");
      node.classList.toggle("ended", Boolean(end));
      node.classList.toggle("high", kept && lane > 40);
      Object.assign(node.style, { left: left(step) + "px", top: y + "px", width: width + "px", height: height + "px" });
      node.dataset.at = key(step, candidate);
      space.append(node);
      const from = step ? [left(step - 1) + width, rowTop(parent[candidate]) + (lane - 8) / 2] : [34, rowTop(0) + (lane - 8) / 2];
      const edge = curve(...from, left(step), y + height / 2, kept ? "kept" : fate[candidate]);
      nodes.set(key(step, candidate), { step, candidate, node, edge });
    };

    const addStep = (step, forces) => {
      const label = lab.make("span", { className: "number", textContent: step + 1 });
      Object.assign(label.style, { left: left(step) + "px", width: width + "px" });
      space.append(label);
      search.steps[step].kept.forEach((candidate, row) => addNode(step, candidate, rowTop(row), true, forces));
      const others = rest(step);
      const shown = all ? others : others.slice(0, others.length > most ? most - 1 : most);
      shown.forEach((candidate, at) => addNode(step, candidate, rowTop(lanes) + 8 + at * small, false, forces));
      if (others.length <= most) return;
      const more = lab.make("button", { type: "button", className: "more", textContent: all ? "−" : `+${others.length - shown.length}`, title: text.more });
      more.onclick = () => ((all = !all), build(search, forces), on.rebuilt());
      Object.assign(more.style, { left: left(step) + "px", top: rowTop(lanes) + 8 + shown.length * small + "px" });
      more.dataset.step = step;
      space.append(more);
    };

    const build = (value, forces) => {
      search = value;
      nodes = new Map();
      lanes = Math.max(...search.steps.map(({ kept }) => kept.length));
      lane = lanes > 5 ? 32 : 46;
      drawn = null;
      svg.replaceChildren();
      space.replaceChildren(svg);
      const root = lab.make("span", { className: "root", textContent: "▶", title: text.start });
      Object.assign(root.style, { top: rowTop(0) + "px", height: lane - 8 + "px" });
      space.append(root);
      search.steps.forEach((_, step) => addStep(step, forces));
      const below = Math.max(...search.steps.map((_, step) => (all ? rest(step).length + 1 : Math.min(most, rest(step).length))));
      Object.assign(space.style, { width: left(search.steps.length) - column + width + 8 + "px", height: rowTop(lanes) + 12 + below * small + "px" });
      svg.setAttribute("width", space.style.width);
      svg.setAttribute("height", space.style.height);
      const end = search.finished[search.winner];
      won = new Set(lab.ancestry(search, end.step, end.candidate).map((at, step) => key(step, at)));
    };

    // The hypotheses that still run after `calls` calls, and those in the pool.
    const alive = (calls) => {
      const set = new Set();
      if (!calls) return set;
      const { kept, pool } = search.steps[calls - 1];
      const ends = [...kept.map((at) => [calls - 1, at]), ...pool.map((at) => [search.finished[at].step, search.finished[at].candidate])];
      for (const end of ends) lab.ancestry(search, ...end).forEach((at, step) => set.add(key(step, at)));
      return set;
    };

    const show = (calls, { step, candidate }) => {
      const living = alive(calls);
      const over = calls === search.steps.length;
      const path = new Set(step < 0 ? [] : lab.ancestry(search, step, candidate).map((at, on) => key(on, at)));
      for (const [name, { step: of, node, edge }] of nodes) {
        for (const part of [node, edge]) {
          part.classList.toggle("later", of >= calls);
          part.classList.toggle("dead", !living.has(name));
          part.classList.toggle("won", over && won.has(name));
          part.classList.toggle("path", path.has(name));
        }
        node.classList.toggle("now", name === key(step, candidate));
        node.tabIndex = name === key(step, candidate) ? 0 : -1;
      }
      for (const more of space.querySelectorAll(".more")) more.classList.toggle("later", more.dataset.step >= calls);
      for (const [at, label] of [...space.querySelectorAll(".number")].entries()) label.classList.toggle("now", at === calls - 1);
      if (drawn !== calls) follow((drawn = calls));
    };

    const follow = (calls) => (box.scrollLeft = left(calls) + 8 - box.clientWidth);
    new ResizeObserver(() => drawn && follow(drawn)).observe(box);

    const beside = ({ step, candidate }, code) => {
      const column = (of) => [...nodes.values()].filter((one) => one.step === of && !one.node.classList.contains("later"));
      if (code === "ArrowLeft") return step && nodes.get(key(step - 1, lab.ancestry(search, step, candidate)[step - 1]))?.node;
      if (code === "ArrowRight") return column(step + 1)[0]?.node;
      const here = column(step);
      return here[here.findIndex((one) => one.candidate === candidate) + (code === "ArrowUp" ? -1 : 1)]?.node;
    };
    const { forget } = lab.pointing(box, (node) => nodes.get(node.dataset.at), beside, on);
    return { build, show, forget };
  },
});
