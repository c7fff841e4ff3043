// Beam search beside mask-predict, for one sentence, driven by one step bar.
lab.widgets.decoding = (root, text, select) => {
  const part = (name) => root.querySelector(name);
  const name = (piece) => lab.pieceName(piece, text);
  const minus = (number, digits = 2) => (number <= -1e8 ? "−∞" : lab.number(number, digits));
  // Chosen: a candidate of the search and a cell of the grid, each pinned or only pointed at; a model and its length.
  const chosen = {
    node: null,
    nodePinned: false,
    cell: { pass: null, position: 0 },
    cellPinned: false,
    model: 0,
    length: 0,
  };
  let run, grid, looks;
  let asked = 0;

  // Room is kept for the longest of what stepping will show.
  const longest = (sentences) => sentences.reduce((top, one) => (one.length > top.length ? one : top), "");
  const short = (share) => (share < 0.001 ? "< 0.1%" : `${Number((100 * share).toPrecision(2))}%`);

  const calls = () => Math.min(film.step, run.search.steps.length);
  const pass = () => Math.min(film.step, grid.passes);
  const pieces = (tokens) => tokens.map((token) => run.search.piece[token]);
  const written = ({ step, candidate }) =>
    pieces(lab.ancestry(run.search, step, candidate).map((at, on) => run.search.steps[on].token[at]));

  // The candidate that the readout and the attention are about: the chosen one, else the best that runs on or has won.
  const node = () => {
    if (chosen.node && chosen.node.step < calls()) return chosen.node;
    if (!calls()) return { step: -1, candidate: -1 };
    const end = calls() === run.search.steps.length && run.search.finished[run.search.winner];
    return end || { step: calls() - 1, candidate: run.search.steps[calls() - 1].kept[0] };
  };
  const cell = () => {
    const on = chosen.cell.pass === null ? pass() - 1 : Math.min(chosen.cell.pass, pass() - 1);
    return { pass: on, position: Math.min(chosen.cell.position, grid.positions - 1) };
  };

  const say = (side, output) => {
    const [box, now] = [part(`${side} > .output`), part(`${side} > .output .now`)];
    now.textContent = lab.sentence(output) || "…";
    box.scrollTop = now.offsetHeight - box.clientHeight;
  };
  const state = (done, count, kind) => lab.fill(text[done < count ? kind : `${kind}_done`], { done, count });

  const drawSearch = () => {
    const { steps, finished } = run.search;
    const at = node();
    const { pool, kept } = steps[calls() - 1] ?? { pool: [], kept: [] };
    const line = (end) =>
      lab.make(
        "li",
        {},
        lab.make("b", { textContent: minus(finished[end].score, 3) }),
        lab.make("span", {
          textContent: lab.sentence(pieces(finished[end].token)),
          title: lab.sentence(pieces(finished[end].token)),
        }),
      );
    const best = pool.length
      ? pieces(finished[pool[0]].token)
      : kept.length
        ? written({ step: calls() - 1, candidate: kept[0] })
        : [];
    part(".pool").replaceChildren(...(pool.length ? pool.map(line) : [text.pool_empty]));
    part(".open").textContent = !calls() ? "" : text[calls() < steps.length ? "open" : `over_${run.search.stopped}`];
    say(".search", best);
    part(".search > .readout").textContent = at.step < 0 ? text.search_start : candidate(at);
    tree.show(calls(), at);
    part(".press").hidden = !chosen.nodePinned || ["kept", "finished"].includes(steps[at.step]?.fate[at.candidate]);
    Object.assign(root.dataset, {
      search: calls(),
      best: lab.sentence(best),
      fate: at.step < 0 ? "" : steps[at.step].fate[at.candidate],
      node: `${at.step}:${at.candidate}`,
    });
  };

  const candidate = ({ step, candidate: at }) => {
    const { token, parent, log_prob, score, fate } = run.search.steps[step];
    const all = written({ step, candidate: at }).slice(0, -1);
    const before = (all.length > 6 ? "… " : "") + lab.sentence(all.slice(-6));
    const details = {
      step: step + 1,
      rank: at + 1,
      count: token.length,
      token: name(run.search.piece[token[at]]),
      before: before || "▶",
      log_prob: minus(log_prob[at]),
      share: lab.percent(Math.exp(log_prob[at])),
      score: minus(score[at]),
    };
    const forced = run.forces.some(
      ([on, row, id]) => on === step && row === parent[at] && id === run.search.piece_id[token[at]],
    );
    const cut = fate[at] === "finished" && run.search.piece[token[at]] !== "</s>";
    return `${lab.fill(text.candidate, details)} ${text[forced ? "fate_forced" : cut ? "fate_cut" : `fate_${fate[at]}`]}`;
  };

  const drawRefine = () => {
    const { pass: on, position } = cell();
    const row = pass() ? grid.row(pass() - 1) : [];
    const count = (kind) => row.filter((one) => one[kind]).length;
    say(
      ".refine",
      row.map(({ piece }) => piece),
    );
    part(".summary").textContent = lab.fill(text[pass() ? "summary" : "summary_start"], {
      pass: pass(),
      passes: grid.passes,
      count: grid.positions,
      masked: count("masked"),
      flip: count("flip"),
      repeat: count("repeat"),
    });
    passes.show(pass(), { pass: on, position });
    part(".refine > .readout").textContent = on < 0 ? text.refine_start : position_line(on, position);
    const tokens = row.map(({ piece }) => piece);
    Object.assign(root.dataset, {
      pass: pass(),
      tokens: JSON.stringify(tokens),
      repeats: count("repeat"),
      flips: count("flip"),
      masked: count("masked"),
      length: grid.positions,
      cell: `${on}:${position}`,
    });
  };

  const position_line = (on, position) => {
    const { piece, probability, masked, rivals } = grid.cell(on, position);
    const rival = ({ piece, probability }) => lab.fill(text.rival, { word: name(piece), p: lab.percent(probability) });
    const details = {
      position: position + 1,
      pass: on + 1,
      token: name(piece),
      share: lab.percent(probability),
      since: grid.since(on, position) + 1,
      rivals: rivals.map(rival).join(text.comma),
    };
    return lab.fill(text[masked ? "cell_masked" : "cell_kept"], details);
  };

  const draw = () => {
    root.dataset.step = film.step;
    part(".where").firstChild.textContent = state(calls(), run.search.steps.length, "calls");
    part(".where").lastChild.textContent = state(pass(), grid.passes, "passes");
    drawSearch();
    drawRefine();
    race.draw({ search: calls(), refine: pass() });
    looks.draw(run, node(), chosen.model, chosen.length === run.refine[chosen.model].best ? cell() : null);
  };
  const later = lab.eachFrame(draw);

  const setModel = (model, length = run.refine[model].best) => {
    Object.assign(chosen, { model, length });
    const { lengths, best } = run.refine[model];
    grid = lab.refined(run, model, length);
    passes.build(grid);
    part(".refine .longest").textContent = longest(
      Array.from({ length: grid.passes }, (_, at) => lab.sentence(grid.row(at).map(({ piece }) => piece))),
    );
    lab.choose(
      part(".models"),
      run.refine.map((_, at) => [at, text[at ? "raw" : "distilled"], run.refine[at].model]),
      model,
      (at) => (setModel(at), later()),
    );
    const label = ({ length: n, probability, score }, at) => [
      at,
      [
        `${at === best ? "★ " : ""}${n}`,
        lab.make("small", {
          textContent: `${short(probability)} ${String(Number(score.toPrecision(2))).replace("-", "−")}`,
        }),
      ],
      lab.fill(text.length_title, { length: n, share: lab.percent(probability), score: minus(score, 3) }),
    ];
    lab.choose(part(".lengths"), lengths.map(label), length, (at) => (setModel(model, at), later()));
  };

  const inTree = {
    point: (at) => !chosen.nodePinned && ((chosen.node = { step: at.step, candidate: at.candidate }), later()),
    pick: ({ step, candidate: at }) => {
      const same = chosen.nodePinned && chosen.node.step === step && chosen.node.candidate === at;
      Object.assign(chosen, { node: { step, candidate: at }, nodePinned: !same });
      later();
    },
    rebuilt: () => later(),
  };
  const inGrid = {
    point: ({ pass, position }) => !chosen.cellPinned && ((chosen.cell = { pass, position }), later()),
    pick: ({ pass, position }) => {
      const same = chosen.cellPinned && chosen.cell.pass === pass && chosen.cell.position === position;
      Object.assign(chosen, { cell: { pass, position }, cellPinned: !same });
      later();
    },
  };
  const letGo = () =>
    Object.assign(chosen, {
      node: null,
      nodePinned: false,
      cell: { pass: null, position: chosen.cell.position },
      cellPinned: false,
    });
  const tree = lab.tree(part(".tree"), text, inTree);
  const passes = lab.refinement(part(".passes"), text, inGrid);
  const race = lab.race(root, text);
  looks = lab.decodingLooks(root, text, () => later());

  const film = lab.stepBar(
    root,
    part(".film"),
    text,
    () => {
      if (!chosen.nodePinned) (chosen.node = null), tree.forget();
      chosen.cell.pass = null;
      passes.forget();
      later();
    },
    900,
  );
  const setSpeed = (speed) => (
    lab.choose(
      part(".speeds"),
      [0.5, 1, 2].map((s) => [s, `${s}×`]),
      speed,
      setSpeed,
    ),
    film.setPace(900 / speed)
  );
  setSpeed(1);
  lab.onKey(root, (code) => code === "Escape" && (letGo(), later(), true));
  // Tokens are forced in the run that is drawn, with those that were forced before them.
  const force = (forces) => select({ request: run.request, forces, count: ++asked });
  part(".release").onclick = () => force([]);
  part(".press").onclick = () => {
    const { step, candidate: at } = chosen.node;
    const { parent, token } = run.search.steps[step];
    force([...run.forces.filter(([earlier]) => earlier < step), [step, parent[at], run.search.piece_id[token[at]]]]);
  };

  return (value) => {
    const [before, at] = [run, film.step];
    run = value;
    const { steps } = run.search;
    letGo();
    part(".search .longest").textContent = longest([
      ...run.search.finished.map(({ token }) => lab.sentence(pieces(token))),
      ...steps.map(({ kept }, step) => lab.sentence(written({ step, candidate: kept[0] }))),
    ]);
    tree.build(run.search, run.forces);
    setModel(0);
    looks.build(run);
    race.build(run.race);
    part(".contrast").hidden = run.refine.length < 2;
    part(".pool").style.height = `${24 * Math.max(2, ...steps.map(({ pool }) => pool.length))}px`;
    const forced = ([step, , id]) =>
      lab.fill(text.forced, { step: step + 1, token: name(run.search.piece[run.search.piece_id.indexOf(id)]) });
    part(".force-line").textContent = run.forces.length ? run.forces.map(forced).join(" ") : text.force_hint;
    part(".release").hidden = !run.forces.length;
    root.dataset.forces = JSON.stringify(run.forces);
    const count = Math.max(steps.length, grid.passes) + 1;
    const released = before?.request === run.request && before.forces.length && !run.forces.length;
    film.reset(count, run.forces.length ? count - 1 : released ? at : 1);
  };
};
