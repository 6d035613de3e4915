import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parsePack } from "../../extension/exercise/manifest.ts";
import { isPlain, plain, printable } from "../../extension/protocol/plainText.ts";

const ESC = "\u001b";
const manifest = (title: string): string => JSON.stringify({ format: 1, id: "x", version: "1.0.0", title, exercises: ["01-x"] });

describe("text of strangers", () => {
  const tricks: [what: string, text: string, shown: string][] = [
    ["a cursor that goes up", `Tiny${ESC}[2A${ESC}[2KSigned by: Ada`, "Tiny[2A[2KSigned by: Ada"],
    ["a line of its own", "Tiny\n  Signed by  Ada", "Tiny Signed by Ada"],
    ["a line that is written over", "Evil\rTiny", "Evil Tiny"],
    ["a window's title", `${ESC}]0;Tiny\u0007`, "]0;Tiny"],
    ["writing that is turned round", "Tiny \u202egnorts\u202c", "Tiny gnorts"],
    ["marks without width", "Ti\u2060ny\ufeff", "Tiny"],
    ["a line end of Unicode's own", "Tiny\u2028Signed", "Tiny Signed"],
    ["a colour", `${ESC}[31mTiny`, "[31mTiny"],
  ];
  for (const [what, text, shown] of tricks) {
    it(`shows no ${what.replace(/^an? /, "")}`, () => {
      assert.equal(isPlain(text), false);
      assert.equal(plain(text), shown);
      assert.throws(() => parsePack(manifest(text), "pack.json"), /title must not hold characters that do not show/);
    });
  }

  for (const text of ["Größe – 10 % „quer“", "深層学習", "הסתברות", "نمی\u200cخواهم", "👩\u200d🏫 ∂/∂x"]) {
    it(`leaves ${text} as it is`, () => {
      assert.equal(plain(text), text);
      assert.equal(parsePack(manifest(text), "pack.json").title, text);
    });
  }

  it("keeps lines and colours on a terminal, and its cursor where it is", () => {
    assert.equal(printable(`one\n\t${ESC}[32mtwo${ESC}[0m\r\nthree`), `one\n\t${ESC}[32mtwo${ESC}[0m\nthree`);
    assert.equal(printable(`failed${ESC}[1A${ESC}[2K\rpassed\u202e`), "failed[1A[2K\npassed");
  });
});
