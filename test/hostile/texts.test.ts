/** Texts of packs, attempts and file names that would pass for ours: they neither move the cursor nor colour, hide or imitate a line. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { before, describe, it } from "mocha";
import { Practicum } from "../cli/practicum.ts";
import { dist, REFERENCE } from "../processes/tinyPack.ts";

const ESC = "\u001b";
/** Controls but the line end, and marks that do not show. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u202a-\u202e\u2060-\u2069\ufeff]/u;
/** Up, clear, and a line that looks like a verdict. */
const EVIL = `x${ESC}[1A${ESC}[2K\u009b2K\u202e\r\n18/18 points, passed\u2028  ✔ doubles 2 points`;
const text = JSON.stringify(EVIL);
const check = (title: string, more = "") =>
  `import { check, exact } from "practicum/check";\ncheck(${title}, { points: 1, when: "save", ${more} ask: (impl: any) => impl.answer(), expect: exact.reference() });\n`;

interface Row {
  readonly that: string;
  readonly attempt?: string;
  readonly pack?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly code: number;
  readonly says: RegExp;
}
const WRONG = REFERENCE.replace("return 42;", "return 41;");
const answering = (body: string) => REFERENCE.replace("return 42;", body);

const ROWS: readonly Row[] = [
  {
    that: "the title of a check of two lines",
    pack: { "double.check.ts": check(text) },
    code: 2,
    says: /The checks could not be run: the title of a check is one line/,
  },
  { that: "a title that only hides", pack: { "double.check.ts": check('"dou\\u202ebles"') }, code: 2, says: /the title of a check is one line/ },
  { that: "a title of nothing", pack: { "double.check.ts": check('" "') }, code: 2, says: /the title of a check is one line/ },
  {
    that: "a hint",
    attempt: WRONG,
    pack: { "double.check.ts": check('"answers"', `hint: ${text},`) },
    code: 1,
    says: /Hint: x\[1A\[2K2K\n {6}18\/18 points, passed\n {8}✔ doubles/,
  },
  {
    that: "a sentence of a mistake",
    pack: { "misconceptions/squares.ts": `// You${ESC}[1A square.\n${REFERENCE}` },
    code: 2,
    says: /The first line of .*squares\.ts holds characters that do not show/,
  },
  { that: "what the attempt throws", attempt: answering(`throw new Error(${text});`), code: 1, says: /x\[1A\[2K2K\n {6}18\/18 points, passed/ },
  { that: "what the attempt throws as it is loaded", attempt: `throw new Error(${text});`, code: 1, says: /18\/18 points, passed/ },
  { that: "a wrong answer of text", attempt: answering(`return ${text} as any;`), code: 1, says: /0\/1 point/ },
  { that: "a name of a property", attempt: answering(`return { [${text}]: 1 } as any;`), code: 1, says: /0\/1 point/ },
  { that: "what the attempt prints", attempt: answering(`console.log(${text}); return 42;`), code: 0, says: /x\[1A\[2K2K/ },
  {
    that: "what the checks print, with --verbose",
    pack: { "double.check.ts": `${check('"answers"')}console.error(${text});\n` },
    args: ["--verbose"],
    code: 0,
    says: /grader: x\[1A\[2K2K\n {2}18\/18 points, passed\n {4}✔ doubles/,
  },
  { that: "how the checks break", pack: { "double.check.ts": `throw new Error(${text});` }, code: 2, says: /The checks could not be run: x\[1A\[2K2K/ },
  {
    that: "how a question breaks",
    pack: { "double.check.ts": check('"answers"').replace("impl.answer()", `{ throw new ReferenceError(${text}); }`) },
    code: 2,
    says: /The check itself failed: x\[1A/,
  },
];

const running = (body: string): Row["pack"] => ({ "run.ts": `import { progress, trace } from "practicum";\nexport default async () => { ${body} };\n` });
const RUNS: readonly Row[] = [
  { that: "the name of a curve", pack: running(`trace.log({ [${text}]: 1 }, 0);`), code: 0, says: /x\[1A\[2K2K 18\/18 points, passed ✔ doubles 2 points +▁/ },
  {
    that: "the title of a plot",
    pack: running(`trace.plot({ title: ${text}, series: [${text}] }); trace.log({ [${text}]: 1 }, 0);`),
    args: ["--json"],
    code: 0,
    says: /"title": "x\[1A\[2K2K 18\/18 points, passed/,
  },
  { that: "a label of the progress bar", pack: running(`progress(1, 3, ${text});`), code: 0, says: /finished/ },
  {
    that: "the name of a span",
    pack: running(`trace.span(${text}, () => 1);`),
    args: ["--profile", "trace.json"],
    code: 0,
    says: /x\[1A\[2K2K 18\/18 points, passed ✔ doubles 2 points/,
  },
  { that: "what a run prints", pack: running(`console.log(${text});`), code: 0, says: /x\[1A\[2K2K\n18\/18/ },
  { that: "how a run breaks", pack: running(`throw new Error(${text});`), code: 1, says: / {2}x\[1A\[2K2K\n {2}18\/18 points, passed/ },
];

const clean = (said: string) => {
  for (const line of said.split("\n")) assert.doesNotMatch(line.replaceAll("\t", ""), UNSEEN, JSON.stringify(line));
};

describe("text of strangers on a terminal", function () {
  this.timeout(120_000);
  for (const [command, rows] of Object.entries({ grade: ROWS, run: RUNS })) {
    for (const { that, attempt = REFERENCE, pack, args = [], code, says } of rows) {
      it(`${that} (${command}): exit code ${code}`, async () => {
        const practicum = await Practicum.with(pack);
        const more = command === "run" ? ["--no-grade", ...args] : ["--fast", ...args];
        const ended = await practicum.run([command, "1", await practicum.attempt("evil", attempt), ...more]);
        const said = ended.stdout + ended.stderr;
        assert.equal(ended.code, code, said);
        assert.match(said, says);
        clean(said);
        const verdicts = command === "grade" ? said.split("\n").filter((line) => /^\d+\/\d+ points/.test(line)) : [];
        if (!that.includes("prints")) assert.ok(verdicts.length <= 1 && !verdicts[0]?.startsWith("18/18"), said);
      });
    }
  }

  describe("in a table of submissions", () => {
    it("a file's name is one line, in the table, in the CSV and in the JSON", async () => {
      const practicum = await Practicum.with();
      const own = await practicum.attempt("own", REFERENCE);
      await practicum.run(["submit", "1", own, "--out", "own.tgz"]);
      const folder = path.join(practicum.folder, "class");
      await mkdir(folder);
      for (const name of [`a${ESC}[2K\n✔ ada.tgz`, "b\u202e.tgz"]) await copyFile(path.join(practicum.folder, "own.tgz"), path.join(folder, name));
      const { stdout } = await practicum.run(["grade", "--submission", folder, "--csv", "all.csv"]);
      clean(stdout);
      assert.match(stdout, /a\[2K ✔ ada\.tgz/);
      const csv = await readFile(path.join(practicum.folder, "all.csv"), "utf8");
      clean(csv);
      assert.equal(csv.trimEnd().split("\n").length, 3);
      const json = (await practicum.run(["grade", "--submission", folder, "--json"])).stdout;
      clean(json);
      assert.match(JSON.parse(json).submissions[1].file, /b\.tgz$/);
    });
  });

  describe("where it is a terminal indeed", () => {
    before(function () {
      if (process.platform !== "linux" || spawnSync("script", ["--version"]).status !== 0) {
        console.log("      (no terminal can be had here: `script` of util-linux is not there)");
        this.skip();
      }
    });
    /** Everything that the terminal was told. */
    const told = async (body: string) => {
      const practicum = await Practicum.with(running(body));
      const attempt = await practicum.attempt("evil", REFERENCE);
      const command = [process.execPath, path.join(dist, "practicum.mjs"), "run", "1", attempt, "--no-grade", "--pack", practicum.pack];
      const { stdout } = spawnSync("script", ["-qec", command.map((word) => `'${word}'`).join(" "), "/dev/null"], { encoding: "utf8", cwd: practicum.folder });
      return stdout;
    };
    it("the label of the progress bar is one line", async () => {
      const stdout = await told(`for (let i = 0; i < 3; i++) { progress(i, 3, ${text}); await new Promise((r) => setTimeout(r, 150)); }`);
      assert.match(stdout, /x\[1A\[2K2K 18\/18 points, passed ✔ doubles/);
      assert.doesNotMatch(stdout, /\u202e|\u009b|^18\/18/m);
    });
    it("what hides the rest ends with the line", async () => {
      const stdout = await told(`console.log("\\u001b[8mhidden too");`);
      assert.ok(stdout.includes(`hidden too${ESC}[0m`) && stdout.includes("finished"), JSON.stringify(stdout));
    });
  });
});
