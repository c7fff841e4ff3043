// A view as numbers: its record, what its widgets show and in which state, every array with its type and shape.
import { loadAll } from "../core/arrays.js";
import { readingOf, stateOf } from "../core/state.js";
import { base64 } from "./bytes.js";
import { titleOf, today, widgetsOf } from "./view.js";

/** @typedef {import("./view.js").View} View */

const HOW = "numpy.frombuffer(base64.b64decode(array['base64']), array['dtype']).reshape(array['shape'])";

/** @type {(view: View) => Promise<Blob>} */
export async function numbersOf(view) {
  const { exhibit, view: name, address } = view;
  const { code: _, asides: __, exhibit: ___, view: ____, ...record } = view.record;
  const widgets = await Promise.all(
    widgetsOf(view).map(async ({ root, place, value }) => ({
      view: place.split("/")[1],
      state: stateOf(root),
      reading: readingOf(root),
      payload: await plainPayload(value()),
    })),
  );
  const said = { title: titleOf(view), address, date: today(), exhibit, view: name, ...record };
  const all = { ...said, arrays: HOW, text: textsOf(view), widgets };
  return new Blob([JSON.stringify(all, null, 1)], { type: "application/json" });
}

/**
 * What a view says beside its widget, paragraph by paragraph.
 * @param {View} view
 */
const textsOf = ({ parts }) =>
  parts
    .flatMap((part) => [...part.querySelectorAll(".prose")])
    .filter((prose) => !prose.parentElement?.closest(".prose"))
    // biome-ignore lint/performance/useDomNodeTextContent: a table is read line by line
    .map((prose) => /** @type {HTMLElement} */ (prose).innerText.trim())
    .filter(Boolean);

/**
 * A value of Python's with its arrays written out; charts have theirs in Plotly's own way.
 * @param {any} value
 * @returns {Promise<any>}
 */
async function plainPayload(value) {
  const { answer: _, ...own } = value;
  if (value.charts) return own;
  const loaded = await loadAll(value);
  if (value.file) return { ...own, file: undefined, arrays: await plainArrays(loaded.arrays, value.arrays) };
  const parts = Object.entries(own).map(async ([name, part]) => {
    if (!part?.file) return [name, part];
    return [name, { ...part, file: undefined, arrays: await plainArrays(loaded[name].arrays, part.arrays) }];
  });
  return Object.fromEntries(await Promise.all(parts));
}

/**
 * @param {import("../core/lab").Arrays} arrays
 * @param {Record<string, {dtype: string, shape: number[]}>} index
 */
async function plainArrays(arrays, index) {
  const plain = Object.entries(arrays).map(async ([name, { buffer, byteOffset, byteLength }]) => {
    const { dtype, shape } = index[name];
    return [
      name,
      {
        dtype,
        shape,
        base64: await base64(new Uint8Array(/** @type {ArrayBuffer} */ (buffer), byteOffset, byteLength)),
      },
    ];
  });
  return Object.fromEntries(await Promise.all(plain));
}
