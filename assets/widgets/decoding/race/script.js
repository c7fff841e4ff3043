// The race: each side's measured seconds on one axis, divided into its decoder calls.
lab.race = (root, text) => {
  const part = (name) => root.querySelector(`.race ${name}`);
  let sides;

  const table = ({ batch, per_sentence, device }) => {
    const line = (tag, first, cells) =>
      lab.make(
        "tr",
        {},
        lab.make("th", { textContent: first }),
        ...cells.map((content) => lab.make(tag, { textContent: content })),
      );
    const ms = (seconds) => (seconds === null ? text.unmeasured : lab.number(1000 * seconds, seconds < 0.01 ? 2 : 1));
    const times = Object.entries(per_sentence).map(([side, seconds]) =>
      line("td", text[`${side}_title`], seconds.map(ms)),
    );
    part(".batch table").replaceChildren(line("th", lab.fill(text.batch_size, { device }), batch), ...times);
  };

  return {
    build(race) {
      const { calls, seconds } = race;
      const longest = Math.max(...Object.values(seconds));
      sides = Object.keys(seconds).map((side) => ({
        side,
        track: part(`.${side} .track`),
        calls: calls[side],
        ms: lab.number(1000 * seconds[side]),
        share: seconds[side] / longest,
      }));
      for (const { track, calls: count, share } of sides) {
        track.style.width = 100 * share + "%";
        track.replaceChildren(...Array.from({ length: count }, () => document.createElement("span")));
      }
      const mark = (share) =>
        lab.make("span", { textContent: lab.number(1000 * longest * share) + (share === 1 ? ` ${text.ms}` : "") });
      part(".axis").replaceChildren(...[0, 0.25, 0.5, 0.75, 1].map(mark));
      table(race);
    },
    // done: how many calls of each side to fill; a mark stands behind the last of them.
    draw(done) {
      for (const { side, track, calls, ms } of sides) {
        [...track.children].forEach((call, index) => {
          call.classList.toggle("done", index < done[side]);
          call.classList.toggle("last", index === done[side] - 1);
        });
        part(`.${side} output`).textContent = lab.fill(text.race_line, { done: done[side], calls, ms });
      }
    },
  };
};
