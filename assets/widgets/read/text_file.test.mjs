import assert from "node:assert/strict";
import { test } from "node:test";
import { textOf } from "./text_file.js";

const utf8 = (text) => new TextEncoder().encode(text);
const utf16 = (text, mark, low) =>
  Uint8Array.from([...mark, ...[...text].flatMap((sign) => (low ? [sign.charCodeAt(0), 0] : [0, sign.charCodeAt(0)]))]);

test("text is read in each encoding that spreadsheets write", () => {
  assert.equal(textOf(utf8("小安,小本\r\n")), "小安,小本\r\n");
  assert.equal(textOf(utf8("\ufeffA,B")), "A,B");
  assert.equal(textOf(Uint8Array.from([0xd0, 0xa1, 0xb0, 0xb2, 0x2c, 0x41])), "小安,A");
  assert.equal(textOf(utf16("A\tB", [0xff, 0xfe], true)), "A\tB");
  assert.equal(textOf(utf16("A\tB", [0xfe, 0xff], false)), "A\tB");
  assert.equal(textOf(utf8("")), "");
});

test("what is no text is not read", () => {
  assert.equal(textOf(Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d])), null);
  assert.equal(textOf(utf8("PK\x03\x04\x14\x00")), null);
  assert.equal(textOf(Uint8Array.from([0x5a, 0x6f, 0xe9, 0x2c, 0x41])), null);
});
