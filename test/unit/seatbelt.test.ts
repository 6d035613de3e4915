import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import type { Program } from "../../extension/supervisor/containment/rung.ts";
import { findSeatbelt, seatbeltProfile } from "../../extension/supervisor/containment/seatbelt.ts";

type Form = string | Form[];

/** Reads a profile as the system does: lists of words and strings; a text that is not one whole list after another is an error. */
function read(text: string): Form[] {
  const words = text.match(/"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+/g) ?? [];
  const lists: Form[][] = [[]];
  for (const word of words) {
    if (word === "(") lists.push([]);
    else if (word === ")") {
      const done = lists.pop() as Form[];
      assert.ok(lists.length > 0, "a list is closed that was not opened");
      lists.at(-1)?.push(done);
    } else lists.at(-1)?.push(word);
  }
  assert.equal(lists.length, 1, "a list is not closed");
  return lists[0] as Form[];
}

/** Operation -> what it is allowed on, with the paths in the place of their parameters. */
function allowed({ text, parameters }: ReturnType<typeof seatbeltProfile>): Map<string, string[]> {
  const shown = (form: Form): string =>
    typeof form === "string" ? form : form[0] === "param" ? JSON.stringify(parameters[JSON.parse(form[1] as string)]) : `(${form.map(shown).join(" ")})`;
  const all = new Map<string, string[]>();
  for (const form of read(text)) {
    const [verb, ...rest] = form as string[];
    if (verb !== "allow") continue;
    for (const operation of rest.filter((each) => typeof each === "string"))
      all.set(operation, [...(all.get(operation) ?? []), ...(rest as Form[]).filter(Array.isArray).map(shown)]);
  }
  return all;
}

describe("the profile of Seatbelt", () => {
  let folder: string;
  let program: Program;
  const profile = (more: Partial<Program> = {}) => allowed(seatbeltProfile({ ...program, ...more }, folder));

  before(() => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "practicum-seatbelt-")));
    for (const name of ["node", "dist", "data"]) mkdirSync(path.join(folder, name));
    symlinkSync("dist", path.join(folder, "link"));
    program = { file: path.join(folder, "node"), args: [], env: {}, readable: [path.join(folder, "link")] };
  });
  after(() => rmSync(folder, { recursive: true }));

  it("denies what it does not name", () =>
    assert.deepEqual(read(seatbeltProfile(program, folder).text).slice(0, 2), [
      ["version", "1"],
      ["deny", "default"],
    ]));

  it("names these operations, and no other", () =>
    assert.deepEqual([...profile().keys()].sort(), [
      ...[
        "file-map-executable",
        "file-read*",
        "file-read-metadata",
        "file-write-data",
        "process-exec",
        "process-info*",
        "signal",
        "sysctl-read",
        "sysctl-write",
      ],
    ]));

  it("lets it start itself alone", () => assert.deepEqual(profile().get("process-exec"), [`(literal "${folder}/node")`]));
  it("lets it write nothing away but into nothing", () => assert.deepEqual(profile().get("file-write-data"), ['(literal "/dev/null")']));
  it("lets it signal itself alone", () => assert.deepEqual(profile().get("signal"), ["(target self)"]));

  it("lets it read what it is given, where links lead", () => {
    const reads = profile().get("file-read*") ?? [];
    assert.ok(reads.includes(`(subpath "${folder}/dist")`));
    assert.ok(!reads.some((each) => each.includes("/data") || each.includes("/link")));
  });

  it("lets it read nothing of people's folders otherwise", () => {
    const homes = (profile().get("file-read*") ?? []).filter(
      (each) => !each.includes(folder) && /"\/(Users|home|private\/(tmp|var\/folders)|Volumes|Applications)?"|\/Users/.test(each),
    );
    assert.deepEqual(homes, ['(literal "/")']);
  });

  it("tells it nothing of other processes", () =>
    assert.deepEqual(
      profile()
        .get("sysctl-read")
        ?.filter((each) => /kern\.proc/.test(each)),
      [],
    ));

  const more: readonly (readonly [what: string, more: () => Partial<Program>, operations: readonly string[]])[] = [
    ["the network, for a program that fetches", () => ({ network: true }), ["mach-lookup", "network-outbound", "system-socket"]],
    ["Metal, for one that uses a GPU", () => ({ devices: true }), ["iokit-get-properties", "iokit-open", "mach-lookup"]],
    ["a folder, for one that writes", () => ({ writable: [path.join(folder, "data")] }), ["file-write*"]],
  ];
  for (const [what, given, operations] of more)
    it(`opens ${what}, and nothing beside it`, () => {
      const before = profile();
      assert.deepEqual([...profile(given()).keys()].filter((each) => !before.has(each)).sort(), operations);
    });

  it("lets it write into the folder that it is given alone", () =>
    assert.deepEqual(profile({ writable: [path.join(folder, "data")] }).get("file-write*"), [`(subpath "${folder}/data")`]));

  it("reads the whole bundle of an editor that runs as Node", () => {
    const bundle = path.join(folder, "Code.app");
    const file = path.join(bundle, "Contents/Helper.app/Contents/MacOS/Helper");
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, "");
    assert.ok(profile({ file }).get("file-read*")?.includes(`(subpath "${bundle}")`));
  });

  const names = ['a"b', "a) (allow default", '")) (allow network*) ((x "', "a\\", "a\nb; c", '(param "P0")', 'ü 中 #"x'];
  for (const name of names)
    it(`is the same text whatever a folder is called: ${JSON.stringify(name)}`, () => {
      const odd = path.join(folder, name);
      mkdirSync(odd, { recursive: true });
      const plain = seatbeltProfile({ ...program, readable: [path.join(folder, "data")] }, folder);
      const { text, parameters } = seatbeltProfile({ ...program, readable: [odd] }, folder);
      assert.equal(text, plain.text);
      assert.ok(Object.values(parameters).includes(odd));
    });

  if (process.platform !== "darwin") it("is not to be had elsewhere", async () => assert.deepEqual(await findSeatbelt(), { reason: "Seatbelt is of macOS" }));
});
