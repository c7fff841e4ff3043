// The grid of mask-predict: a row for each pass, a cell for each position.
Object.assign(window.lab, {
  // What one length's passes hold at (pass, position), both from 0.
  refined(run, model, length) {
    const array = (name) => run.arrays[`refine_${model}_${length}_${name}`];
    const [passes, positions] = array("token").shape;
    const ranks = array("rival").shape[2];
    const { piece } = run.refine[model];
    const at = (pass, position) => pass * positions + position;
    const cell = (pass, position) => ({
      piece: piece[array("token")[at(pass, position)]],
      probability: array("probability")[at(pass, position)],
      masked: Boolean(array("masked")[at(pass, position)]),
      flip: Boolean(array("flip")[at(pass, position)]),
      repeat: Boolean(array("repeat")[at(pass, position)]),
      rivals: Array.from({ length: ranks }, (_, rank) => ({
        piece: piece[array("rival")[ranks * at(pass, position) + rank]],
        probability: array("rival_probability")[ranks * at(pass, position) + rank],
      })),
    });
    const row = (pass) => Array.from({ length: positions }, (_, position) => cell(pass, position));
    // The pass that predicted what stands here.
    const since = (pass, position) => {
      while (pass > 0 && !array("masked")[at(pass, position)]) pass--;
      return pass;
    };
    return { passes, positions, cell, row, since };
  },

  // Draws in `box`; on.point and on.pick get {pass, position}.
  refinement(box, text, on) {
    const table = document.createElement("table");
    box.replaceChildren(table);
    let cells, rows, drawn;

    const head = (content, title = "") => lab.make("th", { textContent: content, title });
    const draw = ({ piece, probability, masked, flip, repeat }) => {
      const node = lab.make("td", { tabIndex: -1 }, lab.make("span", { textContent: lab.pieceName(piece, text) }));
      if (repeat) node.append(lab.make("i", { className: "same", textContent: "=" }));
      if (flip) node.append(lab.make("i", { textContent: "↻" }));
      for (const [name, is] of Object.entries({ masked, flip, repeat })) node.classList.toggle(name, is);
      lab.shade(node.firstChild, probability);
      return node;
    };

    const build = (grid) => {
      cells = new Map();
      drawn = null;
      const masks = Array.from({ length: grid.positions }, () => lab.make("td", { className: "mask" }, lab.make("span", { textContent: text.mask })));
      rows = [lab.make("tr", {}, head("0", text.all_masked), ...masks)];
      for (let pass = 0; pass < grid.passes; pass++) {
        const row = lab.make("tr", {}, head(pass + 1));
        grid.row(pass).forEach((cell, position) => {
          const node = draw(cell);
          node.dataset.at = `${pass}:${position}`;
          cells.set(node.dataset.at, { pass, position, node });
          row.append(node);
        });
        rows.push(row);
      }
      const numbers = lab.make("tr", { className: "positions" }, head(text.pass), ...masks.map((_, position) => head(position + 1)));
      table.replaceChildren(lab.make("thead", {}, numbers), lab.make("tbody", {}, ...rows));
    };

    // Bring what a pass changed or repeats into view; where there is no such cell, what it masked.
    const follow = (pass) => {
      const row = [...cells.values()].filter((cell) => cell.pass === pass - 1).map(({ node }) => node);
      const some = row.filter((node) => node.matches(".flip, .repeat"));
      const seen = some.length ? some : row.filter((node) => node.matches(".masked"));
      if (!seen.length) return (box.scrollLeft = 0);
      const right = seen.at(-1).offsetLeft + seen.at(-1).offsetWidth + 16 - box.clientWidth;
      box.scrollLeft = Math.min(Math.max(box.scrollLeft, right), Math.max(0, seen[0].offsetLeft - 48));
    };

    const show = (pass, { pass: chosen, position }) => {
      if (pass !== drawn) follow(pass);
      rows.forEach((row, at) => {
        row.classList.toggle("later", at > pass);
        row.classList.toggle("now", at === pass);
      });
      for (const [name, { node }] of cells) {
        node.classList.toggle("chosen", name === `${chosen}:${position}`);
        node.tabIndex = name === `${chosen}:${position}` ? 0 : -1;
      }
      drawn = pass;
    };

    const beside = ({ pass, position }, code) => {
      const [down, right] = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[code];
      return pass + down < drawn && cells.get(`${pass + down}:${position + right}`)?.node;
    };
    const of = (node) => (cells.get(node.dataset.at).pass < drawn ? cells.get(node.dataset.at) : null);
    const { forget } = lab.pointing(box, of, beside, on);
    return { build, show, forget };
  },
});
