import assert from "node:assert/strict";
import { test } from "node:test";
import { around, arrowOf, nearMiddle, shiftOf } from "./convolution.js";

test("heads go through the kernel row by row, from up left to down right", () => {
  const shifts = Array.from({ length: 9 }, (_, head) => shiftOf(head, 3));
  assert.deepEqual(shifts.slice(0, 4), [
    [-1, -1],
    [-1, 0],
    [-1, 1],
    [0, -1],
  ]);
  assert.deepEqual(shifts[8], [1, 1]);
  assert.equal(shifts.map(arrowOf).join(""), "↖↑↗←•→↙↓↘");
});

test("a shift beyond the neighbours has no arrow", () => {
  assert.deepEqual(shiftOf(0, 5), [-2, -2]);
  assert.deepEqual([shiftOf(0, 5), shiftOf(10, 5), shiftOf(12, 5)].map(arrowOf), [null, null, "•"]);
});

test("nine tokens around the middle one are shown, or all where there are fewer", () => {
  assert.deepEqual([20, 9, 5, 21].map(around), [
    [6, 9],
    [0, 9],
    [0, 5],
    [6, 9],
  ]);
});

test("the part around the middle keeps rows, columns and the place of the middle", () => {
  const [rows, columns] = [12, 10];
  const map = Float32Array.from({ length: rows * columns }, (_, at) => at);
  const { grid, shares, top, cell } = nearMiddle(map, [rows, columns]);
  assert.deepEqual([grid, top, shares.length], [[9, 9], 119, 81]);
  assert.equal(Math.round(shares[0] * top), 2 * columns + 1);
  assert.equal(Math.round(shares[10] * top), 3 * columns + 2);
  assert.equal(Math.round(shares[cell] * top), 6 * columns + 5);
});

test("a map of zeros has no share", () => {
  assert.deepEqual(nearMiddle(new Float32Array(4), [2, 2]).shares, [0, 0, 0, 0]);
});
