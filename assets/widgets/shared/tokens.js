// Tokens as people read them: pieces, sentences, words shaded by weight, square matrices of attention.
Object.assign(window.lab, {
  // "·" stands for SentencePiece's "▁", the beginning of a word; the end and the mask get the page's word.
  pieceName: (piece, text) => ({ "</s>": text.end, "<mask>": text.mask })[piece] ?? piece.replace("▁", "·"),

  // Pieces as plain text.
  sentence: (pieces) => pieces.filter((piece) => !/^<\/?\w+>$/.test(piece)).join("").replaceAll("▁", " ").trim(),

  // A node's background for a weight in [0, 1], and a colour of text that can be read on it.
  shade(node, weight) {
    const [red, green, blue] = lab.weightColour(weight);
    node.style.background = `rgb(${red}, ${green}, ${blue})`;
    node.style.color = 0.299 * red + 0.587 * green + 0.114 * blue > 125 ? "#14141c" : "#fff";
  },

  largest: (row) => row.reduce((top, weight, at) => (weight > row[top] ? at : top), 0),

  // Words shaded by their weights, the largest in full colour and with its share.
  wordRow(box, words, row) {
    const best = lab.largest(row);
    box.replaceChildren(
      ...words.map((word, at) => {
        const label = lab.make("span", { className: "word", textContent: word, title: lab.percent(row[at]) });
        lab.shade(label, row[at] / row[best]);
        return lab.make("span", { className: at === best ? "best" : "" }, label, lab.make("small", { textContent: at === best ? lab.percent(row[at]) : "" }));
      }),
    );
  },

  // A matrix of attention on a canvas; rows[query] holds the weights of its keys, the columns beyond are masked.
  drawAttention(canvas, rows, size) {
    const cells = [];
    for (let query = 0; query < size; query++) {
      const row = rows[query];
      const top = row ? row[lab.largest(row)] : 1;
      for (let key = 0; key < size; key++) cells.push(!row ? null : key < row.length ? row[key] / top : -1);
    }
    lab.drawCells(canvas, cells, size, size, (weight) => (weight === null ? [128, 128, 128, 28] : weight < 0 ? [120, 124, 140, 120] : lab.weightColour(weight)));
  },

  // Report the row and column under the pointer in a square canvas of `size()` cells a side.
  overMatrix(canvas, size, point) {
    const over = (event) => {
      const box = canvas.getBoundingClientRect();
      const cell = (at, length) => Math.min(size() - 1, Math.max(0, Math.floor((at / length) * size())));
      point(cell(event.clientY - box.top, box.height), cell(event.clientX - box.left, box.width));
    };
    canvas.addEventListener("pointermove", over);
    canvas.addEventListener("pointerdown", over);
  },

  // Buttons of which one is pressed: [[value, label or what it is made of, title], …].
  choose(box, options, pressed, act) {
    const focused = [...box.children].indexOf(document.activeElement);
    box.replaceChildren(
      ...options.map(([value, label, title = ""]) => {
        const button = lab.make("button", { type: "button", title, onclick: () => act(value) }, ...[label].flat());
        button.setAttribute("aria-pressed", String(value === pressed));
        return button;
      }),
    );
    box.children[focused]?.focus();
  },

  // Things to point at in a box: hovering or focus points, a click or Enter picks.
  // of(node) gives what a node stands for, or nothing; beside(thing, code) the node that an arrow key leads to.
  pointing(box, of, beside, { point, pick }) {
    let current = null;
    const at = (event) => [event.target.closest("[data-at]")].map((node) => node && of(node))[0];
    const aim = (event) => {
      const thing = at(event);
      if (thing && thing !== current) point((current = thing));
    };
    box.addEventListener("pointermove", aim);
    box.addEventListener("focusin", aim);
    box.addEventListener("click", (event) => {
      const thing = at(event);
      if (thing) pick(thing);
    });
    box.addEventListener("keydown", (event) => {
      const thing = at(event);
      if (!thing) return;
      if (event.code === "Enter") return event.preventDefault(), pick(thing);
      const next = event.code.startsWith("Arrow") && beside(thing, event.code);
      if (!next) return;
      event.preventDefault();
      next.focus();
    });
    return { forget: () => (current = null) };
  },
});
