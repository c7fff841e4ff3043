// Where each head of an attention part looks most.
import { format, percent } from "../../read/format.js";
import { headsOf, ownMask } from "../../read/heads.js";
import { pieceName } from "../../read/pieces.js";

/** @typedef {import("../../core/lab").FlowRun} FlowRun */
/** @typedef {import("../../core/lab").WalkRun} WalkRun */
/** @typedef {import("../../core/lab").AnatomyFlowText} Text */
/** @typedef {import("../../read/stream.js").Stop} Stop */
/** @typedef {import("../../read/heads.js").AttentionName} Kind */

/** Whether queries and keys came with a run. @type {(run: FlowRun | WalkRun) => run is WalkRun} */
const hasHeads = (run) => "kinds" in run;

/**
 * A sentence for each head: the token that a token gives most attention.
 * @param {FlowRun} run
 * @param {{stack: number, token: number}} state
 * @param {Stop} stop
 * @param {Text} text
 */
export function headsSaid(run, { stack: at, token }, { kind, layer }, text) {
  if (!hasHeads(run) || (kind !== "self_attention" && kind !== "cross_attention")) return [];
  const stack = run.stacks[at];
  const crosses = kind === "cross_attention";
  const name = /** @type {Kind} */ (crosses ? "cross" : stack.stack);
  const { attention } = headsOf(run, { kind: name, layer, split: 0, masked: ownMask(name), scaled: true });
  const keys = crosses ? run.stacks[0].token : stack.token;
  return attention.map((rows) => {
    const share = Math.max(...rows[token]);
    return format(text.head_looks, { key: pieceName(keys[rows[token].indexOf(share)], text), share: percent(share) });
  });
}
