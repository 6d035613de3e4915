import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parsePack } from "../../extension/exercise/manifest.ts";
import { inert, isPlain, markdownText, plain, printable, readable, shownJson } from "../../extension/protocol/plainText.ts";

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

  it("has no colours where it is not ours", () => assert.equal(readable(`one\n\t${ESC}[32mtwo${ESC}[0m\r\nthree\u2028four`), "one\n\t[32mtwo[0m\nthree\nfour"));

  it("means the same in JSON, and does not show there either", () => {
    const value = { title: `a${ESC}b\u009bc\u202ed`, lines: "1\n2" };
    const json = shownJson(JSON.stringify(value, null, 2));
    assert.deepEqual(JSON.parse(json), value);
    for (const line of json.split("\n")) assert.ok(isPlain(line), JSON.stringify(line));
  });

  const labels: [what: string, text: string][] = [
    ["an icon", "Tiny $(pass-filled) passed"],
    ["a spinning icon", "$(loading~spin)"],
    ["a link", "[Tiny](https://example.org)"],
    ["a link of a command", "[Tiny](command:workbench.action.quit)"],
  ];
  for (const [what, text] of labels) {
    it(`makes no label of an editor ${what}`, () => {
      assert.doesNotMatch(inert(text), /\$\([\w~-]+\)|\]\(/);
      assert.equal(plain(inert(text)), text);
    });
  }

  const pages: [what: string, text: string, markdown: string][] = [
    ["a picture", "![x](https://example.org/x.png)", "\\!\\[x\\]\\(https://example.org/x.png\\)"],
    ["a tag", "<b>&lt;", "\\<b\\>\\&lt;"],
    ["a cell and a row", "a | b\n| c", "a \\| b \\| c"],
    ["a formula", "$x$", "\\$x\\$"],
    ["a heading", "x\n# y", "x \\# y"],
    ["code, which stays, but for cells", "`a_b|c` _d_", "`a_b\\|c` \\_d\\_"],
    ["half a code", "`a_b", "\\`a\\_b"],
  ];
  for (const [what, text, markdown] of pages) it(`on a page of Markdown is ${what}: as it is written`, () => assert.equal(markdownText(text), markdown));
});
