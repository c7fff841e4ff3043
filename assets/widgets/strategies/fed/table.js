// The table of a pair: a column for each position, and for each way what is read, predicted and lost there.
import { element } from "../../core/dom.js";
import { format, number, word } from "../../read/format.js";

/** @typedef {import("../../core/lab").FedMeta} Fed */
/** @typedef {import("../../core/lab").StrategiesFedText} Text */
/** @typedef {import("../../read/fed.js").Block} Block */
/** @typedef {import("../../read/fed.js").Read} Read */

/** @type {(place: HTMLElement, fed: Fed, blocks: readonly Block[], coin: number, text: Text) => void} */
export function drawTable(place, fed, blocks, coin, text) {
  const head = element(
    "thead",
    {},
    row(
      text.position,
      fed.target.map((_, at) => cell(String(at + 1))),
    ),
    row(
      text.target,
      fed.target.map((one) => cell(shown(one, text), "target")),
    ),
  );
  const bodies = blocks.map((block) => body(fed, block, coin, text));
  place.replaceChildren(element("table", {}, head, ...bodies));
}

/** @type {(fed: Fed, block: Block, coin: number, text: Text) => HTMLElement} */
function body(fed, block, coin, text) {
  const title = element("th", { className: "way", scope: "rowgroup", colSpan: fed.target.length + 1 });
  title.append(element("b", { textContent: word(text, "way_", block.way) }), " ", costLine(block, text));
  /** @type {HTMLElement[]} */
  const rows = [element("tr", {}, title)];
  if (block.coins) {
    rows.push(
      row(
        text.first_pass,
        block.coins.map(({ first }) => cell(first === null ? "" : shown(first, text))),
      ),
      row(
        format(text.coin, { coin: number(coin, 2) }),
        block.coins.map(({ draw, gold }) =>
          cell(gold === null ? "" : `${number(draw, 2)} ${gold ? text.heads : text.tails}`),
        ),
      ),
    );
  }
  rows.push(
    row(
      text.read,
      block.read.map((one) => readCell(one, text)),
    ),
    row(
      text.predicted,
      block.predicted.map((one, at) => predictedCell(one, fed.target[at], text)),
    ),
    row(
      text.loss,
      block.loss.map((one) => cell(one === null ? "" : number(one, 2))),
    ),
  );
  return element("tbody", {}, ...rows);
}

/** Passes, time and, once all is predicted, the mean loss. @type {(block: Block, text: Text) => string} */
function costLine({ made, passes, seconds, mean }, text) {
  const spent = format(text.cost, { made, passes, milliseconds: number(1000 * seconds, 1) });
  return mean === null ? spent : `${spent} · ${format(text.mean, { loss: number(mean, 2) })}`;
}

/** @type {(name: string, cells: readonly HTMLElement[]) => HTMLElement} */
const row = (name, cells) => element("tr", {}, element("th", { scope: "row", textContent: name }), ...cells);

/** @type {(content: string, className?: string, title?: string) => HTMLElement} */
const cell = (content, className = "", title = "") => element("td", { textContent: content, className, title });

/** @type {(read: Read, text: Text) => HTMLElement} */
function readCell({ character, from }, text) {
  if (character === null) return cell("");
  if (from === "start") return cell(text.start, "from");
  return cell(shown(character, text), `from ${from}`, from === "gold" ? text.legend_gold : text.legend_own);
}

/** @type {(predicted: string | null, target: string, text: Text) => HTMLElement} */
function predictedCell(predicted, target, text) {
  if (predicted === null) return cell("");
  const right = predicted === target;
  return cell(shown(predicted, text) + (right ? "" : " ✗"), right ? "" : "wrong");
}

/** A character as it can be seen. @type {(character: string, text: Text) => string} */
const shown = (character, text) => (character === "" ? text.end : character === " " ? "␣" : character);
