import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { UserError } from "../../extension/errors.ts";
import { parseHints } from "../../extension/exercise/hints.ts";
import { parseExercise, parseMarker, parsePack } from "../../extension/exercise/manifest.ts";
import type { Exercise } from "../../extension/exercise/model.ts";
import { actionFor, exerciseFiles } from "../../extension/exercise/scaffold.ts";
import { jsonSchemas } from "../../extension/exercise/schemas.ts";
import { checkFiles, checkTree, implementationTree, namesOf, sentences, starterTree } from "../../extension/exercise/tree.ts";
import { tinyExercise } from "../processes/tinyPack.ts";

const PACK = { format: 1, id: "a-pack", version: "1.0.0", title: "A pack", exercises: ["01-one", "02-two"] };
const EXERCISE = { id: "ex-1", title: "One", difficulty: "easy", minutes: 10, entry: "one.ts", teaches: ["it"], needs: [] };

/** Asserts that this is said to a person, with something to do about it. */
const says = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.message, pattern);
  assert.ok(error.remedy.length > 0);
  return true;
};

describe("manifests", () => {
  it("a pack is read", () => assert.deepEqual(parsePack(JSON.stringify(PACK), "pack.json"), PACK));
  it("an exercise is read", () => assert.deepEqual(parseExercise(JSON.stringify(EXERCISE), "exercise.json"), EXERCISE));

  const packs: [string, object, RegExp][] = [
    ["a newer format", { format: 2 }, /^p\.json: format must be 1; a newer format needs a newer Practicum/],
    ["an id with spaces", { id: "a pack" }, /id must be lower-case/],
    ["no version", { version: undefined }, /version is missing/],
    ["a version that is none", { version: "new" }, /version must be a version/],
    ["a version that cannot be ordered", { version: "1.0.0-01" }, /version must be a version/],
    ["no exercises", { exercises: [] }, /exercises must name at least one/],
    ["an exercise twice", { exercises: ["01-one", "01-one"] }, /must not name an exercise twice/],
    ["an exercise outside the pack", { exercises: ["01-one", "../02"] }, /exercises\[1\] must be a number and a name/],
    ["a field that is not known", { exercizes: [] }, /Unrecognized key: "exercizes"/],
  ];
  for (const [what, change, pattern] of packs) {
    it(`pack.json with ${what} is refused`, () => assert.throws(() => parsePack(JSON.stringify({ ...PACK, ...change }), "p.json"), says(pattern)));
  }

  const exercises: [string, object, RegExp][] = [
    ["another difficulty", { difficulty: "hellish" }, /^e\.json: difficulty must be one of "easy"/],
    ["minutes as text", { minutes: "10" }, /minutes must be number/],
    ["an entry elsewhere", { entry: "../one.ts" }, /entry must be a TypeScript file/],
    ["our own file as entry", { entry: "run.ts" }, /entry must not be run\.ts/],
    ["an unknown backend", { backend: { require: ["abacus"] } }, /backend\.require\[0\] must be one of/],
    ["an unknown execution provider", { executionProvider: { refuse: ["abacus"] } }, /executionProvider\.refuse\[0\] must be one of/],
    ["several mistakes", { title: "", minutes: 0 }, /title must not be empty; minutes must be positive/],
  ];
  for (const [what, change, pattern] of exercises) {
    it(`exercise.json with ${what} is refused`, () => assert.throws(() => parseExercise(JSON.stringify({ ...EXERCISE, ...change }), "e.json"), says(pattern)));
  }

  it("what is not JSON is told, with what stands in the way", () =>
    assert.throws(() => parsePack('{"format": }', "p.json"), says(/^p\.json is not JSON: Unexpected token/)));
  it("a broken marker says what to do", () => assert.throws(() => parseMarker("{}", "attempt.json"), says(/attempt\.json: format/)));

  it("the editor's schemas know every field, and no other", () => {
    const schemas = jsonSchemas() as Record<string, { properties: object; additionalProperties: boolean; required: string[] }>;
    assert.deepEqual(Object.keys(schemas["pack.schema.json"]?.properties ?? {}), ["$schema", ...Object.keys(PACK)]);
    assert.deepEqual(schemas["exercise.schema.json"]?.required, Object.keys(EXERCISE));
    for (const schema of Object.values(schemas)) assert.equal(schema.additionalProperties, false);
  });
});

describe("source trees of an exercise", () => {
  let exercise: Exercise;
  before(async () => {
    exercise = await tinyExercise({
      "starter/helper.ts": "export const given = 1;",
      "starter/other.ts": "starter",
      "reference/other.ts": "reference",
      "variants/by-adding.ts": "variant",
      "misconceptions/squares.ts": "/** You square. */\nsquares",
      "b.check.ts": "",
    });
  });

  const files = (name: Parameters<typeof implementationTree>[1]) => implementationTree(exercise, name).files;

  it("the reference lies over the starter", () => {
    assert.deepEqual(Object.keys(files("reference")).sort(), ["double.ts", "helper.ts", "other.ts", "surface.ts"]);
    assert.equal(files("reference")["other.ts"], "reference");
    assert.equal(files("reference")["helper.ts"], "export const given = 1;");
  });
  it("a variant takes the place of the entry", () => {
    assert.equal(files("variants/by-adding")["double.ts"], "variant");
    assert.equal(files("variants/by-adding")["other.ts"], "starter");
  });
  it("so does a misconception", () => assert.match(files("misconceptions/squares")["double.ts"] as string, /squares/));
  it("the starter is what a learner begins with", () => assert.match(starterTree(exercise).files["double.ts"] as string, /notWrittenYet/));
  it("one that is not there is named", () => {
    assert.throws(() => implementationTree(exercise, "misconceptions/none"), says(/has no misconceptions\/none\.ts/));
    assert.throws(() => implementationTree({ ...exercise, entry: "gone.ts" }, "reference"), says(/has no reference\/gone\.ts/));
  });
  it("checks are given every module of the exercise", () => {
    assert.deepEqual(checkFiles(exercise), ["b.check.ts", "double.check.ts"]);
    assert.ok(["b.check.ts", "surface.ts", "reference/double.ts"].every((file) => file in checkTree(exercise).files));
    assert.ok(!("README.md" in checkTree(exercise).files));
  });
  it("names are those of the files", () => assert.deepEqual(namesOf(exercise), { variants: ["by-adding"], misconceptions: ["squares"] }));

  it("a misconception's sentence is its first comment line, however written", () => {
    const of = (text: string) => sentences({ ...exercise, files: { ...exercise.files, "misconceptions/squares.ts": text } });
    for (const text of ["// You square.\ncode", "/** You square. */\ncode", "\n/* You square. */", "// You square.\n// More."]) {
      assert.deepEqual(of(text), { squares: "You square." });
    }
    for (const text of ["code // You square.", "//\n// late", ""]) assert.throws(() => of(text), says(/does not begin with a comment/));
  });

  it("a learner's folder gets no hidden thing", () => {
    assert.deepEqual(Object.keys(exerciseFiles(exercise)).sort(), ["README.md", "double.ts", "helper.ts", "other.ts", "run.ts", "surface.ts"]);
    assert.match(exerciseFiles(exercise)["double.ts"] as string, /notWrittenYet/);
  });
});

describe("hints", () => {
  it("each heading is a step", () => {
    assert.deepEqual(parseHints("# Hints\n\n## First *look*\n\nText $x$.\n\nMore.\n### Second ##\n```ts\n# not a heading\n```\n"), [
      { title: "First *look*", text: "Text $x$.\n\nMore." },
      { title: "Second", text: "```ts\n# not a heading\n```" },
    ]);
  });
  it("a page without headings has none", () => assert.deepEqual(parseHints("Just text."), []));
});

describe("scaffolding one file", () => {
  const table: [string, Parameters<typeof actionFor>, string][] = [
    ["creates what is not there", [undefined, undefined, "new"], "create"],
    ["creates again what was deleted", [undefined, "old", "new"], "create"],
    ["updates what was not edited", ["old", "old", "new"], "update"],
    ["keeps what was edited", ["mine", "old", "new"], "keep"],
    ["keeps what we did not write", ["mine", undefined, "new"], "keep"],
    ["leaves what is as it should be", ["new", "new", "new"], "keep"],
  ];
  for (const [what, args, action] of table) it(what, () => assert.equal(actionFor(...args), action));
});
