// Every head of a decoder: its attention on the text, or how much of it follows a rule on random tokens that come twice.
import { canvasElement, element, find, findCanvas, whenChanged } from "../../core/dom.js";
import { buttonGroup } from "../../draw/choices.js";
import { picker, placeMark } from "../../draw/marks.js";
import { paint } from "../../draw/matrix.js";
import { shade } from "../../draw/tokens.js";
import { largest } from "../../read/attention.js";
import { format, percent, word } from "../../read/format.js";
import { bestHead, headRow, headRows, headSizes } from "../../read/head_rules.js";
import { pieceName } from "../../read/pieces.js";

/** @typedef {import("../../core/lab").HeadsRun} Run */
/** @typedef {import("../../core/lab").GenerationHeadsText} Text */
/** @typedef {import("../../core/lab").HeadRule} Rule */
/** shows: what every head's picture is of.
 * @typedef {{shows: "text" | Rule, layer: number, head: number, query: number, key: number, pinned: boolean}} State */
/** @typedef {import("../../core/lab").SetState<Run, State>} Set */

/** The head that follows a rule most clearly. @type {(run: Run) => State} */
function first(run) {
  const query = run.token.length - 1;
  const clear = run.share.map((layers, rule) => Math.max(...layers.flat()) / run.chance[rule]);
  const rule = largest(clear);
  const at = { ...bestHead(run, rule), query };
  return { ...at, shows: "text", key: mostSeen(run, at), pinned: false };
}

/** The key to which a query gives most. @type {(run: Run, at: {layer: number, head: number, query: number}) => number} */
const mostSeen = (run, at) => largest(headRow(run, at));

/** @type {(run: Run, state: State, text: Text) => {weight: number, sentence: string}} */
function look(run, state, text) {
  const row = headRow(run, state);
  const [from, to] = [state.query, state.key].map((at) => `“${pieceName(run.token[at], text)}” (${at + 1})`);
  const weight = row[state.key] ?? 0;
  const place = { layer: state.layer + 1, head: state.head + 1, from, to };
  return { weight, sentence: format(text.cell, { ...place, share: percent(weight) }) };
}

/** Small pictures of every layer and head. @type {(box: HTMLElement, text: Text, set: Set) => (run: Run, state: State) => void} */
function every(box, text, set) {
  const onPictures = whenChanged();
  return (run, state) => {
    const { layers, heads, tokens } = headSizes(run);
    onPictures([run, state.shows], () => {
      box.style.setProperty("--heads", String(heads));
      box.style.setProperty("--layers", String(layers));
      const rule = state.shows === "text" ? -1 : run.rule.indexOf(state.shows);
      const buttons = Array.from({ length: layers * heads }, (_, at) => {
        const place = { layer: Math.floor(at / heads), head: at % heads };
        const share = run.share[rule]?.[place.layer][place.head];
        const details = {
          layer: place.layer + 1,
          head: place.head + 1,
          share: share === undefined ? "" : percent(share),
        };
        const name = format(share === undefined ? text.layer_head : text.layer_head_share, details);
        const onclick = () => set((shown) => ({ ...place, key: mostSeen(run, { ...shown, ...place }) }));
        const canvas = canvasElement("");
        const rows = share === undefined ? headRows(run, place) : [[share]];
        paint(canvas, {
          rows,
          size: share === undefined ? [tokens, tokens] : [1, 1],
          most: share === undefined ? undefined : 1,
        });
        return element("button", { type: "button", title: name, ariaLabel: name, onclick }, canvas);
      });
      box.replaceChildren(...buttons);
    });
    for (const [at, button] of [...box.children].entries())
      button.setAttribute("aria-pressed", String(at === state.layer * heads + state.head));
  };
}

/** The text, shaded by what one token of it looks at.
 * @type {(box: HTMLElement, text: Text, set: Set) => (run: Run, state: State) => void} */
function words(box, text, set) {
  const onText = whenChanged();
  return (run, state) => {
    const { query } = state;
    const row = headRow(run, state);
    const top = row[largest(row)];
    onText([run], () => {
      const nodes = run.token.map((piece, at) => {
        const onclick = () =>
          set((shown) => ({ query: at, key: mostSeen(run, { ...shown, query: at }), pinned: true }));
        return element("button", { type: "button", textContent: pieceName(piece, text), onclick });
      });
      box.replaceChildren(...nodes);
    });
    for (const [at, node] of /** @type {HTMLElement[]} */ ([...box.children]).entries()) {
      node.classList.toggle("later", at > query);
      node.setAttribute("aria-pressed", String(at === query));
      node.title = at > query ? text.masked : percent(row[at]);
      if (at > query) node.removeAttribute("style");
      else shade(node, row[at] / top);
    }
  };
}

/** How much of a head's attention follows each rule. @type {(run: Run, state: State, text: Text) => HTMLElement[]} */
const ruleRows = (run, { layer, head }, text) =>
  run.rule.map((rule, at) => {
    const share = run.share[at][layer][head];
    const cells = [word(text, "rule_", rule), percent(share), percent(run.chance[at])];
    const [name, own, chance] = cells.map((textContent) => element("td", { textContent }));
    own.style.setProperty("--share", `${100 * share}%`);
    return element("tr", {}, name, own, chance);
  });

/** @type {import("../../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => {
    const same = JSON.stringify([run.token, headSizes(run)]) === JSON.stringify([before.token, headSizes(before)]);
    return same ? state : { ...first(run), shows: state.shows };
  },

  build: (root, text, set) => {
    const drawEvery = every(find(root, ".every"), text, set);
    const drawShows = buttonGroup(find(root, ".shows"), text.shows, (/** @type {State["shows"]} */ shows) =>
      set({ shows }),
    );
    const stage = find(root, ".stage");
    picker(root, [stage], text, set, {
      grid: (run) => [run.token.length, run.token.length],
      cell: (run, { query, key }) => query * run.token.length + key,
      choose: (cell, run) => {
        const [query, key] = [Math.floor(cell / run.token.length), cell % run.token.length];
        return { query, key: Math.min(query, key) };
      },
    });
    const drawWords = words(find(root, ".text-tokens"), text, set);
    return (run, state) => {
      const { layer, head, query, key } = state;
      const { weight, sentence } = look(run, state, text);
      const shows = run.rule.map((value) => ({ value, label: word(text, "shows_", value) }));
      drawShows([{ value: "text", label: text.shows_text }, ...shows], state.shows);
      drawEvery(run, state);
      drawWords(run, state);
      const size = /** @type {const} */ ([run.token.length, run.token.length]);
      paint(findCanvas(stage, "canvas"), { rows: headRows(run, state), size });
      placeMark(find(stage, ".mark"), query * run.token.length + key, size);
      find(root, ".which").textContent = format(text.layer_head, { layer: layer + 1, head: head + 1 });
      find(root, ".readout").textContent = sentence;
      find(root, ".rules tbody").replaceChildren(...ruleRows(run, state, text));
      return { weight };
    };
  },

  read: (run, state, text) =>
    format(text.reading, { sentence: look(run, state, text).sentence, shows: word(text, "shows_", state.shows) }),
};
