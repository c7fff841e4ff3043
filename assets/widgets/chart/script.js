// Plotly figures side by side in the page's light or dark colours; plotly.js is fetched with the first one.
import { element } from "../core/dom.js";
import { isPresenting, zoom as pageZoom, viewHeight } from "../core/presenter.js";
import { constants } from "../core/theme.js";
import { chartReading, together } from "../read/chart.js";
import { sentences } from "../read/format.js";

/** @typedef {import("../core/lab").ChartRun} Run */
/** @typedef {import("../core/lab").Figure} Figure */
/** @typedef {import("../core/lab").SharedText} Text */
/** @typedef {Record<string, [number, number]>} Ranges */
/**
 * For each figure: the traces that the legend hides, and the ranges of the axes that were zoomed.
 * @typedef {{hidden: number[][], zoom: Ranges[]}} State
 */
/**
 * @typedef {{
 *   react: (node: HTMLElement, data: object[], layout: object, config: object) => Promise<unknown>,
 *   purge: (node: HTMLElement) => void,
 * }} Plotly
 */
/** @typedef {HTMLElement & {on: (event: string, act: (data: any) => unknown) => void}} Plot */

/** @type {Promise<Plotly> | undefined} */
let library;

/** plotly.js, fetched once for the page; after a failure the next chart tries again. */
function plotly() {
  library ??= new Promise((ready, failed) => {
    const onload = () => ready(/** @type {{Plotly: Plotly}} */ (/** @type {unknown} */ (window)).Plotly);
    document.head.append(element("script", { src: constants.plotly, onload, onerror: failed }));
  });
  library.catch(() => {
    library = undefined;
  });
  return library;
}

/** Pixels: below this width the legend stands under the plot, in lines of that height, and type is smaller. */
const NARROW = 520;
const LEGEND_LINE = 22;

/** @type {(run: Run) => State} */
const first = (run) => ({ hidden: run.map(() => []), zoom: run.map(() => ({})) });

/**
 * What a phone needs otherwise: all lines of the legend below the plot, which keeps its height.
 * @type {(figure: Figure, layout: Record<string, any>) => Record<string, any>}
 */
function narrow(figure, layout) {
  const lines = figure.data.filter(({ name, showlegend }) => name && showlegend !== false).length;
  const named = layout.showlegend === false || lines < 2 ? 0 : lines;
  const legend = { ...layout.legend, orientation: "v", x: 0, y: -0.24, yanchor: "top", maxheight: 1000 };
  return {
    font: { ...layout.font, size: 12 },
    height: layout.height + named * LEGEND_LINE,
    margin: { ...layout.margin, b: layout.margin.b + named * LEGEND_LINE },
    legend,
  };
}

/**
 * What presenter mode needs: the height of the screen, shared by the rows of figures, and type and margins as much larger
 * as the rest of the page.
 * @type {(layout: Record<string, any>, rows: number) => Record<string, any>}
 */
function large(layout, rows) {
  /** @type {(part: any) => any} */
  const scaled = (part) => {
    if (Array.isArray(part)) return part.map(scaled);
    if (part === null || typeof part !== "object") return part;
    const entries = Object.entries(part).map(([key, value]) =>
      key === "size" && typeof value === "number" ? [key, value * pageZoom()] : [key, scaled(value)],
    );
    return Object.fromEntries(entries);
  };
  const margin = Object.fromEntries(Object.entries(layout.margin).map(([side, width]) => [side, width * pageZoom()]));
  return { ...scaled(layout), margin, height: viewHeight() / rows };
}

/** How many rows so many figures take beside one another. @type {(root: HTMLElement, count: number) => number} */
const rowsOf = (root, count) => Math.ceil(count / getComputedStyle(root).gridTemplateColumns.split(" ").length);

/**
 * The figure's layout in the page's colours, as wide as its place, with the visitor's zoom.
 * @type {(figure: Figure, width: number, zoom: Ranges, rows: number) => Record<string, any>}
 */
function layoutOf(figure, width, zoom, rows) {
  const style = getComputedStyle(document.body);
  const [color, line] = ["--body-text-color", "--border-color-primary"].map((name) => style.getPropertyValue(name));
  /** @type {Record<string, any>} */
  const layout = { ...figure.layout, font: { ...figure.layout.font, color }, autosize: false };
  if (width) layout.width = width;
  if (width && width < NARROW && !isPresenting()) Object.assign(layout, narrow(figure, layout));
  if (isPresenting()) Object.assign(layout, large(layout, rows));
  for (const name of Object.keys(layout).filter((name) => /^[xy]axis/.test(name))) {
    const range = zoom[name] ? { range: zoom[name], autorange: false } : {};
    layout[name] = { ...layout[name], color, gridcolor: line, linecolor: line, ...range };
  }
  return layout;
}

/**
 * The ranges of the axes after the visitor has zoomed or, by a double click, taken a zoom back.
 * @type {(zoom: Ranges, event: Record<string, any>) => Ranges}
 */
function zoomed(zoom, event) {
  const ranges = { ...zoom };
  for (const name of Object.keys(event)) {
    const [, axis, kind] = name.match(/^([xy]axis\d*)\.(range\[0\]|range|autorange)$/) ?? [];
    if (kind === "range[0]") ranges[axis] = [event[name], event[`${axis}.range[1]`]];
    if (kind === "range") ranges[axis] = event[name];
    if (kind === "autorange") delete ranges[axis];
  }
  return ranges;
}

/** @type {<Item>(list: readonly Item[], place: number, item: Item) => Item[]} */
const replaced = (list, place, item) => list.map((old, at) => (at === place ? item : old));

/**
 * What the legend hides after a click on a trace: it and its group, or, after a double click, all others.
 * @type {(figure: Figure, hidden: readonly number[], trace: number, alone: boolean) => number[]}
 */
function toggled(figure, hidden, trace, alone) {
  const chosen = together(figure, trace);
  const others = figure.data.map((_, at) => at).filter((at) => !chosen.includes(at));
  if (alone) return others.every((at) => hidden.includes(at)) ? [] : others;
  return hidden.includes(trace)
    ? hidden.filter((at) => !chosen.includes(at))
    : [...hidden, ...chosen].sort((one, other) => one - other);
}

/** @type {(hidden: boolean) => object} */
const seen = (hidden) => (hidden ? { visible: "legendonly" } : {});

/** @type {import("../core/lab").Widget<Run, State, Text>} */
export default {
  first,

  keep: (state, run, before) => (run === before ? state : first(run)),

  build: (root, text, set) => {
    /** @type {Plot[]} */
    const plots = [];

    /** @type {(place: number) => void} */
    const listen = (place) => {
      /** @type {(alone: boolean) => (event: {curveNumber: number}) => false} */
      const onLegend =
        (alone) =>
        ({ curveNumber }) => {
          set(({ hidden }, run) => {
            const now = toggled(run[place], hidden[place], curveNumber, alone);
            return { hidden: replaced(hidden, place, now) };
          });
          return false;
        };
      plots[place].on("plotly_legendclick", onLegend(false));
      plots[place].on("plotly_legenddoubleclick", onLegend(true));
      plots[place].on("plotly_relayout", (event) => {
        set(({ zoom }) => ({ zoom: replaced(zoom, place, zoomed(zoom[place], event)) }));
      });
    };

    return async (run, state) => {
      const { react, purge } = await plotly();
      for (const plot of plots.splice(run.length)) {
        purge(plot);
        plot.remove();
      }
      while (plots.length < run.length) {
        const plot = element("div", { className: "plot", role: "img" });
        plots.push(Object.assign(plot, { on: () => {} }));
        root.append(plot);
      }
      const rows = rowsOf(root, run.length);
      for (const [place, figure] of run.entries()) {
        const plot = plots[place];
        const hidden = state.hidden[place];
        const data = figure.data.map((trace, at) => ({ ...trace, uid: `${at}`, ...seen(hidden.includes(at)) }));
        // Plotly writes into what it is given
        const own = structuredClone({ data, layout: layoutOf(figure, plot.clientWidth, state.zoom[place], rows) });
        await react(plot, own.data, own.layout, { displayModeBar: false });
        if (!plot.dataset.listening) listen(place);
        plot.dataset.listening = "yes";
        plot.setAttribute("aria-label", chartReading(figure, text, hidden));
      }
      return { drawn: run.reduce((count, { data }) => count + data.length, 0) };
    };
  },

  read: (run, { hidden }, text) => sentences(...run.map((figure, place) => chartReading(figure, text, hidden[place]))),
};
