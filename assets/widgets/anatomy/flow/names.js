// What the stops and boxes of a walk are called.
import { format, word } from "../../read/format.js";

/** @typedef {import("../../core/lab").FlowRun} Run */
/** @typedef {import("../../core/lab").AnatomyFlowText} Text */
/** @typedef {import("../../core/lab").StackMeta} Stack */
/** @typedef {import("../../read/stream.js").Stop} Stop */
/** @typedef {import("../../read/structure.js").Box} Box */

/** Whether a stack ends in what a decoder reads, and not in words. @type {(run: Run, stack: Stack) => boolean} */
export const isMemory = (run, stack) => stack.stack === "encoder" && run.stacks.length > 1;

/** The name of a stop. @type {(run: Run, kind: Stop["kind"], stack: Stack, text: Text) => string} */
export function stopName(run, kind, stack, text) {
  if (kind === "head" && isMemory(run, stack)) return text.stop_memory;
  return kind === "self_attention" && stack.stack === "decoder" ? text.stop_masked : word(text, "stop_", kind);
}

/** The same with its layer. @type {(run: Run, stop: Stop, stack: Stack, text: Text) => string} */
export function stopTitle(run, { kind, layer }, stack, text) {
  const name = stopName(run, kind, stack, text);
  return layer < 0 ? name : format(text.stop_in, { layer: layer + 1, stop: name });
}

/** The name of a box of the structure. @type {(run: Run, box: Box, stack: Stack, text: Text) => string} */
export function boxName(run, { name }, stack, text) {
  if (name === "norm" || name === "norm_rms" || name === "add" || name === "add_norm") return word(text, "box_", name);
  if (name !== "head" || isMemory(run, stack)) return stopName(run, name, stack, text);
  return stack.pre_norm ? text.box_head_normed : text.box_head;
}
