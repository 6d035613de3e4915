/** Ways in which what is hidden may get into a learner's files, by mistake or by an author who thinks that nobody will see. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Exercise } from "../../extension/exercise/model.ts";
import { leaks } from "../../extension/packs/leaks.ts";

const LINE = 'const scores = queries.matMul(keys.transpose(), "scaled").div(Math.sqrt(width));';
const SENTENCE = "You divide by the width of a head, and not by the square root of it.";
const HIDDEN: Record<string, string> = {
  "reference/a.ts": `export function attention() {\n  ${LINE}\n}\n`,
  "misconceptions/linear.ts": `// ${SENTENCE}\n`,
  "a.check.ts": 'check("count", {\n  expect: exact.value(124_439_808),\n});\ncheck("name", {\n  expect: exact.value("causal self-attention"),\n});\n',
};
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const found = (file: string, text: string, more: Record<string, string> = {}): string[] =>
  leaks({ entry: "a.ts", files: { ...HIDDEN, "starter/a.ts": "", ...more } } as unknown as Exercise, { [file]: text }).map(
    ({ file: where, line, message }) => `${where}:${line} ${message}`,
  );

describe("a leak", () => {
  const ways: [way: string, file: string, text: string, says: RegExp][] = [
    ["as it is", "run.ts", `\n  ${LINE}\n`, /^run\.ts:2 A line of reference\/a\.ts stands in the learner's run\.ts\.$/],
    ["in the starter", "a.ts", `// TODO\n  ${LINE}`, /^starter\/a\.ts:2 A line/],
    ["as a comment", "run.ts", `// ${LINE}`, /^run\.ts:1 A line/],
    ["in the statement, as a block of code", "README.md", `# A\n\n\`\`\`ts\n${LINE}\n\`\`\`\n`, /^README\.md:4 A line/],
    ["minified", "run.ts", `let x=1;${LINE.replaceAll(" ", "")}let y=2;`, /^run\.ts:1 A line/],
    ["over several lines", "run.ts", `x;\n${LINE.replace(".matMul", "\n  .matMul").replace(".div", "\n  .div")}`, /^run\.ts:2 A line/],
    ["in other quotes", "run.ts", LINE.replaceAll('"', "'"), /^run\.ts:1 A line/],
    ["as a string in pieces", "run.ts", `const a = '${LINE.slice(0, 30)}' +\n  '${LINE.slice(30)}';`, /^run\.ts:1 A line/],
    ["as JSON", "run.ts", JSON.stringify({ text: `a\n${LINE}` }).replace(/\\n/g, "\\u000a"), /^run\.ts:1 A line.*encoded/],
    ["as escapes", "run.ts", `"${Array.from(LINE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`, /^run\.ts:1 A line.*encoded/],
    ["as base64", "run.ts", `\nconst x = atob("${base64(LINE)}");`, /^run\.ts:2 A line.*encoded/],
    ["as base64 in pieces", "run.ts", `const x = "${base64(LINE).slice(0, 40)}" +\n  "${base64(LINE).slice(40)}";`, /^run\.ts:1 A line.*encoded/],
    ["as base64 twice", "run.ts", `"${base64(base64(LINE))}"`, /^run\.ts:1 A line.*encoded/],
    ["as hex", "README.md", Buffer.from(LINE).toString("hex"), /^README\.md:1 A line.*encoded/],
    ["as character codes", "run.ts", `String.fromCharCode(${Array.from(LINE, (c) => c.charCodeAt(0)).join(", ")})`, /^run\.ts:1 A line.*encoded/],
    ["as the address of a page", "README.md", `[x](data:text/plain,${encodeURIComponent(LINE)})`, /^README\.md:1 A line.*encoded/],
    [
      "of a misconception's sentence, wrapped",
      "README.md",
      `Beware.\n// ${SENTENCE.slice(0, 33)}\n// ${SENTENCE.slice(33)}`,
      /^README\.md:2 A line of misconceptions/,
    ],
    ["of an expected number", "README.md", "GPT-2 has 124,439,808 parameters.", /^README\.md:1 The expected value 124439808 of a\.check\.ts/],
    ["of an expected number, written otherwise", "run.ts", "if (n !== 124439808) throw 0;", /^run\.ts:1 The expected value 124439808/],
    ["of an expected number in base64", "run.ts", `atob("${base64("the answer is 124439808.")}")`, /^run\.ts:1 The expected value 124439808.*encoded/],
    ["of an expected text", "surface.ts", 'type Name = "causal self-attention";', /^surface\.ts:1 The expected value "causal self-attention"/],
    ["of how an answer is judged", "run.ts", "  near.value(softmax(draw.normal([2, 3])), { rtol: 1e-4, atol: 1e-6 }),", /^run\.ts:1 A line of b\.check/],
  ];
  const more = { "b.check.ts": "  expect: 1,\n  near.value(softmax(draw.normal([2, 3])), { rtol: 1e-4, atol: 1e-6 }),\n" };
  for (const [way, file, text, says] of ways) {
    it(`is found ${way}`, () => {
      const said = found(file, text, more);
      assert.ok(
        said.some((one) => says.test(one)),
        said.join("\n") || "nothing is found",
      );
    });
  }

  const innocent: [what: string, file: string, text: string][] = [
    ["another number that holds the digits", "README.md", "Seeds: 11244398081, 1.2443980e8."],
    ["a line that is only alike", "run.ts", LINE.replace("width", "heads")],
    ["a picture's data", "README.md", `![](data:image/png;base64,${base64("\u0089PNG".repeat(50))})`],
    ["short names", "surface.ts", 'export type Name = "causal";'],
  ];
  for (const [what, file, text] of innocent) it(`is not ${what}`, () => assert.deepEqual(found(file, text), []));

  it("is not what a given module holds, which the learner gets in full", () => {
    assert.deepEqual(found("data.ts", `  ${LINE}`, { "starter/data.ts": `  ${LINE}` }), []);
  });
});
