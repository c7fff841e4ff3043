import assert from "node:assert/strict";
import { test } from "node:test";
import { chartReading, together, values } from "./chart.js";

const base64 = (array) => Buffer.from(array.buffer).toString("base64");

test("numbers are read from lists and from bytes", () => {
  assert.deepEqual(values([1, 2]), [1, 2]);
  assert.deepEqual(values({ dtype: "f8", bdata: base64(Float64Array.of(0.5, -2)) }), [0.5, -2]);
  assert.deepEqual(values({ dtype: "i1", bdata: base64(Int8Array.of(-1, 3)) }), [-1, 3]);
  assert.deepEqual(values(undefined), []);
});

test("a chart is read line by line, shares as percent, hidden lines not at all", () => {
  const text = {
    chart_reading: "{y} by {x}: {lines}",
    chart_alone: "{y}: {lines}",
    chart_line: "{name} {first}-{last}",
  };
  const layout = {
    xaxis: { title: { text: "depth<br>(layers)" } },
    yaxis: { title: { text: "p" }, tickformat: ".0%" },
  };
  const data = [
    { name: "A &#38; B", y: [0.1, null, 0.25] },
    { name: "C", y: [1, 0] },
    { name: "legend only", y: [null] },
  ];
  assert.equal(chartReading({ data, layout }, text), "p by depth (layers): A & B 10%-25%; C 100%-0%");
  assert.equal(chartReading({ data, layout }, text, [0]), "p by depth (layers): C 100%-0%");
  const plain = { data: [{ name: "t", y: [1234.56, 0.00123] }], layout: {} };
  assert.equal(chartReading(plain, text), ": t 1,235-0.00123");
});

test("a map is read by its smallest and its largest number, numbers of any size by powers of ten", () => {
  const text = { chart_alone: "{lines}", chart_line: "{name} {first} to {last}" };
  const map = { name: "m", z: { dtype: "f4", bdata: base64(Float32Array.of(0.5, -2, 7, 1)) } };
  assert.equal(chartReading({ data: [map], layout: {} }, text), "m -2 to 7".replace("-", "−"));
  const line = { name: "l", y: [1.26e-24, -3.9e13] };
  assert.equal(chartReading({ data: [line], layout: {} }, text), "l 1.3 × 10⁻²⁴ to −3.9 × 10¹³");
});

test("bars are read one by one beside their words, whether they stand or lie", () => {
  const text = { chart_reading: "{y} by {x}: {lines}", chart_alone: "{y}: {lines}", chart_words: "{name} ({points})" };
  const [words, shares] = [
    ["a <b>", "c"],
    [0.25, 0.5],
  ];
  const axis = { title: { text: "right" }, tickformat: ".0%" };
  const lying = {
    data: [{ name: "n", x: shares, y: words }],
    layout: { xaxis: axis, yaxis: { title: { text: "kind" } } },
  };
  const standing = { data: [{ name: "n", x: words, y: shares }], layout: { yaxis: axis } };
  assert.equal(chartReading(lying, text), "right by kind: n (a   25%, c 50%)");
  assert.equal(chartReading(standing, text), "right: n (a   25%, c 50%)");
});

test("traces of one legend group are shown and hidden together", () => {
  const figure = { data: [{ legendgroup: "a" }, {}, { legendgroup: "a" }], layout: {} };
  assert.deepEqual(together(figure, 0), [0, 2]);
  assert.deepEqual(together(figure, 1), [1]);
});
