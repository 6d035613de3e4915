import assert from "node:assert/strict";
import type { Exercise } from "../../extension/exercise/model.ts";
import { exerciseFiles } from "../../extension/exercise/scaffold.ts";
import { fileRules, idRules, packRules } from "../../extension/packs/fileRules.ts";
import { leaks } from "../../extension/packs/leaks.ts";
import type { Problem } from "../../extension/packs/proof.ts";
import { lostIds } from "../../extension/packs/publishedIds.ts";
import { statementRules } from "../../extension/packs/statementRules.ts";
import { GOOD } from "../packs/faulty.ts";

const exercise = (changes: Readonly<Record<string, string | undefined>> = {}, own: Partial<Exercise> = {}): Exercise =>
  ({
    id: "half",
    slug: "01-half",
    folder: "/pack/01-half",
    entry: "half.ts",
    needs: [],
    binaries: {},
    ...own,
    files: Object.fromEntries(Object.entries({ ...GOOD, ...changes }).filter(([, text]) => text !== undefined)),
  }) as unknown as Exercise;
const said = (problems: readonly Problem[]): string[] => problems.map(({ file, line, message }) => `${file}:${line ?? ""} ${message}`);
const rulesOf = (one: Exercise): string[] => said([...fileRules(one), ...statementRules(one), ...leaks(one, exerciseFiles(one))]);

describe("rules of an exercise's files", () => {
  it("refuse nothing that is in order", () => assert.deepEqual(rulesOf(exercise()), []));

  it("let an exercise read at once that computes on no GPU", () => {
    const reading = { "run.ts": "x.dataSync();\n" };
    for (const backend of [{ refuse: ["webgpu"] }, { require: ["wasm"] }] as const) assert.deepEqual(rulesOf(exercise(reading, { backend })), []);
  });

  it("let a variant read at once", () => assert.deepEqual(rulesOf(exercise({ "variants/more.ts": "x.dataSync();\n" })), []));

  const readme = GOOD["README.md"] as string;
  const faults: [what: string, changes: Record<string, string | undefined>, says: RegExp][] = [
    ["no hints", { "hints.md": undefined }, /^hints\.md:1 There are no hints/],
    ["hints that are a title only", { "hints.md": "# Hints\n" }, /^hints\.md:1 There are no hints/],
    ["an empty hint", { "hints.md": "## One\n\nDivide.\n\n## Two\n" }, /^hints\.md:5 The hint "Two" is empty/],
    ["no TODO", { "starter/half.ts": "export {};" }, /^starter\/half\.ts:1 The starter has no TODO/],
    ["a result that is read at once in a run", { "run.ts": "\nawait x.data();\nx.dataSync();\n" }, /^run\.ts:3 A result on a GPU cannot be read by dataSync/],
    ["one in the reference", { "reference/more.ts": "x.arraySync<2>();\n" }, /^reference\/more\.ts:1 A result on a GPU cannot be read by arraySync/],
    ["a file without a place", { "notes.txt": "later" }, /^notes\.txt: notes\.txt has no place/],
    ["a folder without a place", { "reference/old/half.ts": "" }, /^reference\/old\/half\.ts: /],
    ["a formula that does not render", { "README.md": `${readme}\nThus $\\frac{1}{2$ is it.\n` }, /^README\.md:7 A formula does not render: .*expected/],
    ["a block that does not render", { "README.md": `${readme}\n$$\n\\nonsense{x}\n$$\n` }, /^README\.md:7 A formula does not render: .*nonsense/],
    ["a dollar sign that begins no formula", { "README.md": `${readme}\nHere $x stays open.\n` }, /^README\.md:7 A dollar sign/],
    ["a formula in a hint that does not render", { "hints.md": "## One\n\n$\\hat{$\n" }, /^hints\.md:3 A formula does not render/],
    ["a function that the statement does not show", { "README.md": "# Half\n" }, /^README\.md:1 The statement does not show `half\(…\)`/],
    [
      "a line of the reference in what the learner gets",
      {
        "reference/half.ts": "export function half() {\n  const theAnswer = compute(everything, that, matters);\n}\n",
        "run.ts": "\n  const theAnswer = compute(everything, that, matters);\n",
      },
      /^run\.ts:2 A line of reference\/half\.ts stands in the learner's run\.ts/,
    ],
    [
      "a misconception's sentence in the statement",
      {
        "misconceptions/doubles.ts": "// You double each element where you should halve it.\n",
        "README.md": `${readme}\n// You double each element where you should halve it.\n`,
      },
      /^README\.md:7 A line of misconceptions/,
    ],
  ];
  for (const [what, changes, says] of faults) {
    it(`name ${what}`, () => {
      const problems = rulesOf(exercise(changes));
      assert.ok(
        problems.some((problem) => says.test(problem)),
        problems.join("\n"),
      );
    });
  }

  it("let a given module share its lines with a check", () => {
    const line = "  const tokens = Array.from(text, (symbol) => alphabet.indexOf(symbol));\n";
    assert.deepEqual(rulesOf(exercise({ "starter/data.ts": line, "reference/more.ts": line })), []);
    assert.equal(rulesOf(exercise({ "starter/half.ts": `// TODO\n${line}`, "reference/more.ts": line })).length, 1);
  });

  it("let a check import its own module, and a statement show its picture", () => {
    const checks = `import { draws } from "./draws.ts";\n${GOOD["half.check.ts"]}`;
    assert.deepEqual(
      rulesOf(exercise({ "draws.ts": "export {};", "half.check.ts": checks, "README.md": `${readme}\n![a half](half.svg)\n`, "half.svg": "<svg/>" })),
      [],
    );
  });
});

describe("rules of a pack's folder", () => {
  const pack = { exercises: [exercise()] };
  const paths = ["pack.json", "README.md", "LICENSE", "package.json", "tsconfig.json", "PROOF.md", "01-half/README.md", "instructor/notes.txt", "cover.svg"];
  it("let in what belongs to a pack, and the pictures of its page", () => assert.deepEqual(packRules(pack, paths, "![](cover.svg)"), []));
  it("name each other file and folder once: it would be published", () => {
    assert.deepEqual(
      packRules(pack, [...paths, "keys/signing.pem", "02-draft/README.md", "02-draft/run.ts", "solutions.txt"]).map(({ file }) => file),
      ["cover.svg", "keys", "02-draft", "solutions.txt"],
    );
  });
});

describe("rules of a pack's ids", () => {
  const pack = (...needs: [id: string, needs: string[]][]) => ({
    exercises: needs.map(([id, ids], i) => exercise({ "exercise.json": `{\n  "id": "${id}",\n  "needs": []\n}` }, { id, slug: `0${i + 1}-x`, needs: ids })),
  });

  it("let exercises need others, also of another pack", () => assert.deepEqual(idRules(pack(["a", []], ["b", ["a", "elsewhere"]])), []));

  it("name each exercise of a circle", () => {
    assert.deepEqual(said(idRules(pack(["a", ["c"]], ["b", ["a"]], ["c", ["b"]], ["d", ["a"]]))), [
      "01-x/exercise.json:3 a needs itself, by way of c.",
      "02-x/exercise.json:3 b needs itself, by way of a.",
      "03-x/exercise.json:3 c needs itself, by way of b.",
    ]);
  });

  it("name each published id that is lost", () => {
    const published = pack(["a", []], ["b", []], ["c", []]);
    const now = { exercises: [...pack(["a", []], ["z", []]).exercises, exercise({}, { id: "new", slug: "04-x" })] };
    assert.deepEqual(lostIds(published, now), ['the id of 02-x was "b" and is now "z"', '"c" is gone']);
    assert.deepEqual(lostIds(published, { exercises: [...published.exercises].reverse() }), []);
  });

  it("name an id that has changed", () => {
    assert.deepEqual(said(idRules(pack(["new", []], ["b", []]), { "01-x": "old", "02-x": "b" })), [
      '01-x/exercise.json:2 The id of 01-x was "old" and is now "new".',
    ]);
  });
});
