// What is known after so many passes of what a decoder is fed, without a DOM.

/** @typedef {import("../core/lab").FedRun} Run */
/** @typedef {import("../core/lab").FedMeta} Fed */
/** @typedef {import("../core/lab").FedWay} Way */
/** What is read at a position; null is not there yet. @typedef {{character: string | null, from: "start" | "gold" | "own"}} Read */
/**
 * gold: whether the true character is taken; null before the first pass.
 * @typedef {{draw: number, first: string | null, gold: boolean | null}} Coin
 */
/**
 * One way after some passes; null is not known yet. coins: of the mix alone. mean: nats, once all is known.
 * @typedef {{
 *   way: Way["way"], made: number, passes: number, seconds: number, read: Read[], coins: Coin[] | null,
 *   predicted: (string | null)[], loss: (number | null)[], mean: number | null,
 * }} Block
 */

/** The pair that is shown, as the chosen model answers it. @type {(run: Run, state: {pair: number, model: number}) => Fed} */
export const chosen = (run, { pair, model }) => run.fed[model * run.sources.length + pair];

/** Passes of the way that takes most. @type {(run: Run, state: {pair: number, model: number}) => number} */
export const lastPass = (run, state) => Math.max(...chosen(run, state).ways.map(({ passes }) => passes));

/** All ways after so many passes. @type {(fed: Fed, step: number, coin: number) => Block[]} */
export const blocks = (fed, step, coin) => fed.ways.map((way) => block(fed, way, step, coin));

/** @type {(fed: Fed, way: Way, step: number, coin: number) => Block} */
function block(fed, { way, read, predicted, loss, passes, seconds }, step, coin) {
  const made = Math.min(step, passes);
  const known = way === "own" ? made : made === passes ? predicted.length : 0;
  const ready = { gold: read.length, mixed: step ? read.length : 0, own: made + 1 }[way];
  const flips = fed.draw.map((draw) => draw < coin);
  return {
    ...{ way, made, passes, seconds },
    read: read.map((character, at) => ({
      character: at < ready ? character : null,
      from: at === 0 ? "start" : way === "gold" || (way === "mixed" && flips[at]) ? "gold" : "own",
    })),
    coins: way === "mixed" ? coins(fed, flips, step > 0) : null,
    predicted: predicted.map((one, at) => (at < known ? one : null)),
    loss: loss.map((one, at) => (at < known ? one : null)),
    mean: known === loss.length ? loss.reduce((sum, one) => sum + one, 0) / loss.length : null,
  };
}

/**
 * The first position takes no coin: what starts an output is always the same.
 * @type {(fed: Fed, flips: boolean[], known: boolean) => Coin[]}
 */
const coins = (fed, flips, known) =>
  fed.draw.map((draw, at) => ({
    draw,
    first: known ? fed.first[at] : null,
    gold: known && at > 0 ? flips[at] : null,
  }));
