import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { before, describe, it } from "mocha";
import { descendantsOf, gone } from "../processes/children.ts";
import { REFERENCE } from "../processes/tinyPack.ts";
import { Practicum } from "./practicum.ts";

const HINTED = `import { check, exact } from "practicum/check";
check("doubles", { points: 1, when: "save", hint: "Twice.", ask: (impl: any, draw) => impl.double(draw.normal([2])), expect: exact.reference() });
check("answers", { points: 1, when: "save", hint: "Six by nine.", ask: (impl: any) => impl.answer(), expect: exact.reference() });
`;

describe("the command", function () {
  this.timeout(60_000);
  let practicum: Practicum;
  before(async () => {
    practicum = await Practicum.with();
  });
  const json = async (...args: string[]) => {
    const { stdout, code } = await practicum.run([...args, "--json"]);
    return { code, ...JSON.parse(stdout) };
  };

  describe("list", () => {
    it("names the exercises", async () => {
      const { code, stdout } = await practicum.run(["list"]);
      assert.equal(code, 0);
      assert.match(stdout, /01-double +Double +easy +1 min +tiny-01/);
    });
    it("shows how far the learner is, from grades of folders that open made", async () => {
      const progress = async () => (await practicum.run(["list"])).stdout.match(/1 min +(.*?) +tiny-01/)?.[1] ?? "";
      const folder = path.join(practicum.folder, "deeper/mine");
      await practicum.run(["grade", "1", await practicum.attempt("no learner's", REFERENCE)]);
      assert.equal(await progress(), "");
      await practicum.run(["open", "1", folder]);
      await writeFile(path.join(folder, "double.ts"), REFERENCE.replace("return 42;", "return 41;"));
      await practicum.run(["grade", "1", folder, "--fast"]);
      assert.equal(await progress(), "2/4");
      await writeFile(path.join(folder, "double.ts"), REFERENCE);
      await practicum.run(["run", "1", folder]);
      assert.equal(await progress(), "✔ 4/4");
      assert.equal((await json("list")).packs[0].exercises[0].progress.grades.length, 2);
    });
    it("--json is for programs", async () => assert.equal((await json("list")).packs[0].exercises[0].id, "tiny-01"));
  });

  describe("open", () => {
    it("makes a folder to work in, and keeps what is edited there", async () => {
      const first = await json("open", "1");
      assert.equal(first.folder, path.join(practicum.folder, "01-double"));
      assert.ok(existsSync(path.join(first.folder, ".practicum/types/tfjs.d.ts")));
      await writeFile(path.join(first.folder, "double.ts"), REFERENCE);
      assert.deepEqual((await json("open", "1")).created, []);
      assert.equal((await practicum.run(["grade", "1"])).code, 0);
    });
    it("in what is no folder is a mistake to put right, and no bug", async () => {
      const { code, stderr } = await practicum.run(["open", "1", path.join(practicum.pack, "pack.json")]);
      assert.deepEqual([code, stderr.match(/is not a folder\.\nName a folder/)?.length], [2, 1], stderr);
    });
  });

  describe("grade", () => {
    const attempts: [string, string, number, RegExp][] = [
      ["the reference", REFERENCE, 0, /✔ doubles 2 points[\s\S]*4\/4 points, passed/],
      ["a misconception", REFERENCE.replace("x.mul(2)", "x.square()"), 1, /You square where you should double\./],
      [
        "something not written yet",
        'import { notWrittenYet } from "practicum";\nexport const double = () => notWrittenYet();\nexport const answer = double;',
        1,
        /Not written yet\. \(double\.ts:2/,
      ],
      ["a syntax error", "export const double = ;", 1, /\(double\.ts:1:\d+\)[\s\S]*0\/4 points, errored/],
    ];
    for (const [what, text, exitCode, says] of attempts) {
      it(`of ${what} ends with ${exitCode}`, async () => {
        const { code, stdout, stderr } = await practicum.run(["grade", "1", await practicum.attempt(what, text)]);
        assert.equal(code, exitCode, stderr);
        assert.match(stdout, says);
        assert.ok(!stdout.includes("\u001b"), "no colours where there is no terminal");
      });
    }

    it("says the error of a syntax error once", async () => {
      const { stdout } = await practicum.run(["grade", "1", await practicum.attempt("once", "export const double = ;")]);
      assert.equal(stdout.match(/Expression expected/g)?.length, 1);
    });

    it("gives one hint; all of them with --hints", async () => {
      const folder = await practicum.attempt("stuck", REFERENCE.replace("42", "41").replace("x.mul(2)", "x"));
      const hinted = await Practicum.with({ "double.check.ts": HINTED });
      const { stdout } = await hinted.run(["grade", "1", folder]);
      assert.deepEqual([stdout.match(/Hint: .*/g), stdout.match(/.* more hint.*/)?.[0]], [["Hint: Twice."], "1 more hint: --hints"]);
      assert.deepEqual((await hinted.run(["grade", "1", folder, "--hints"])).stdout.match(/Hint: .*/g), ["Hint: Twice.", "Hint: Six by nine."]);
    });

    it("finds the attempt in the folder that it is started in", async () => {
      const folder = await practicum.attempt("here", REFERENCE);
      assert.equal((await practicum.run(["grade", "1"], folder)).code, 0);
    });

    it("--json gives the grade, --seed replays it, and without it the seed is another", async () => {
      const folder = await practicum.attempt("replayed", REFERENCE.replace("x.mul(2)", "x.mul(3)"));
      const { code, ...one } = await json("grade", "1", folder);
      assert.equal(code, 1);
      assert.equal(one.tier, "run");
      const again = await json("grade", "1", folder, "--seed", String(one.seed));
      const other = await json("grade", "1", folder);
      const answers = (grade: { checks: { got?: unknown; message: string }[] }) => grade.checks.map(({ got, message }) => [got, message]);
      assert.deepEqual(answers(again), answers(one as never));
      assert.notEqual(other.seed, one.seed);
      assert.notDeepEqual(answers(other), answers(one as never));
    });

    it("--fast asks the checks of a save only", async () => {
      const { checks, tier } = await json("grade", "1", await practicum.attempt("fast", REFERENCE), "--fast");
      assert.deepEqual([tier, checks.length], ["save", 2]);
    });

    it("what the attempt prints goes to standard error, and cannot be taken for the result", async () => {
      const folder = await practicum.attempt("chatty", REFERENCE.replace("return 42;", 'console.log(\'{"outcome":"passed"}\');\n  return 41;'));
      const { stdout, stderr } = await practicum.run(["grade", "1", folder, "--json"]);
      assert.equal(JSON.parse(stdout).outcome, "failed");
      assert.match(stderr, /"outcome":"passed"/);
    });
  });

  describe("run", () => {
    it("shows the curves, then grades", async () => {
      const { code, stdout } = await practicum.run(["run", "1", await practicum.attempt("run", REFERENCE)]);
      assert.equal(code, 0);
      assert.match(stdout, /answer +▁▁▁ +42 → 42 +3 points/);
      assert.match(stdout, /4\/4 points, passed/);
    });
    it("--json gives the run and the grade", async () => {
      const { run, grade } = await json("run", "1", await practicum.attempt("run json", REFERENCE), "--seed", "7");
      assert.deepEqual(run.series, [
        {
          name: "answer",
          points: [
            [0, 42],
            [1, 42],
            [2, 42],
          ],
        },
      ]);
      assert.deepEqual([run.state, run.seed, grade.seed, grade.outcome], ["finished", 7, 7, "passed"]);
    });
    it("--tensorboard writes its event file", async () => {
      const folder = path.join(practicum.folder, "events");
      const { code } = await practicum.run(["run", "1", await practicum.attempt("recorded", REFERENCE), "--no-grade", "--tensorboard", folder]);
      const [run] = await readdir(folder);
      assert.equal(code, 0);
      assert.match(run as string, /^tiny-01-\d{4}-\d\d-\d\d-\d{6}$/);
      assert.match((await readdir(path.join(folder, run as string)))[0] as string, /^events\.out\.tfevents\.\d+\.practicum$/);
    });
    it("--profile shows where the time went, and writes a trace", async () => {
      const folder = await practicum.attempt("profiled", REFERENCE);
      const { code, stdout } = await practicum.run(["run", "1", folder, "--no-grade", "--profile", path.join(folder, "trace.json")]);
      assert.equal(code, 0);
      assert.match(stdout, /component +time +share[\s\S]*between operations +\d+\.\d ms[\s\S]*Recording cost about/);
      const { traceEvents } = JSON.parse(await readFile(path.join(folder, "trace.json"), "utf8"));
      assert.deepEqual(traceEvents[0], { name: "process_name", ph: "M", pid: 1, tid: 0, ts: 0, args: { name: "Double" } });
      const { code: unwritten, stderr } = await practicum.run(["run", "1", folder, "--no-grade", "--profile", path.join(folder, "nowhere", "trace.json")]);
      assert.equal(unwritten, 2);
      assert.match(stderr, /The trace could not be written/);
    });
    it("--no-grade only runs", async () => {
      const { code, grade } = await json("run", "1", await practicum.attempt("ungraded", REFERENCE.replace("mul(2)", "mul(3)")), "--no-grade");
      assert.deepEqual([code, grade], [0, undefined]);
    });
    it("that throws ends with 1, and says where", async () => {
      const { code, stdout } = await practicum.run([
        "run",
        "1",
        await practicum.attempt("throws", REFERENCE.replace("return 42;", 'throw new Error("oh no");')),
      ]);
      assert.equal(code, 1);
      assert.match(stdout, /oh no \(double\.ts:6/);
    });
  });

  describe("what a person can put right ends with 2 and a remedy", () => {
    const mistakes: [string, string[], RegExp][] = [
      ["an unknown exercise", ["grade", "99"], /no exercise "99"\.\nThese are known: 01-double/],
      ["an attempt that is not there", ["grade", "1", "nowhere"], /has no double\.ts\.\n.*practicum open 01-double/],
      ["a corpus that is not there", ["run", "1", "here", "--corpus", "nowhere.txt"], /corpus nowhere\.txt cannot be read/],
      ["a seed that is none", ["grade", "1", "--seed", "many"], /whole number/],
      ["an unknown command", ["gradee", "1"], /Did you mean grade/],
    ];
    for (const [what, args, says] of mistakes) {
      it(what, async () => {
        const { code, stderr, stdout } = await practicum.run(args);
        assert.equal(code, 2, stderr + stdout);
        assert.match(stderr, says);
        assert.ok(!/^ +at /m.test(stderr), "no stack");
      });
    }
    it("with --json as an object", async () => {
      const { code, error, remedy } = await json("grade", "99");
      assert.equal(code, 2);
      assert.match(error, /no exercise/);
      assert.match(remedy, /01-double/);
    });
  });

  it("doctor says what exercises run on", async () => {
    const { code, backend, backends, onnxRuntime, node } = await json("doctor");
    assert.equal(code, 0);
    const found = backends.find(({ reason }: { reason?: string }) => reason === undefined);
    assert.equal(found.name, backend);
    assert.ok(found.benchmark.matmulGflops > 0);
    assert.deepEqual(
      backends.map(({ name }: { name: string }) => name),
      ["tfjs-node-gpu", "webgpu", "tfjs-node", "wasm", "cpu"],
    );
    assert.equal(onnxRuntime[0].name, "cpu");
    assert.match(node.exercises.version, /^\d+\./);
  });

  it("checks that cannot be run end with 2, and are no verdict", async () => {
    const broken = await Practicum.with({ "double.check.ts": "throw new Error('a bug of the pack');" });
    const { code, stdout } = await broken.run(["grade", "1", await broken.attempt("any", REFERENCE)]);
    assert.equal(code, 2);
    assert.match(stdout, /could not be graded/);
    assert.match(stdout, /a bug of the pack \(\/.*01-double\/double\.check\.ts:1:7\)/);
  });

  for (const [signal, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    it(`${signal} ends the run and all its processes, with ${exitCode}`, async () => {
      const endless = await Practicum.with({
        "run.ts": 'import { breathe } from "practicum";\nexport default async () => { console.log("running"); for (;;) await breathe(); };',
      });
      const { child, ended } = endless.start(["run", "1", await endless.attempt("endless", REFERENCE)]);
      await new Promise<void>((resolve) => child.stdout?.on("data", (text: string) => text.includes("running") && resolve()));
      const below = descendantsOf(child.pid as number, "runtime.mjs");
      assert.ok(below.length > 0);
      child.kill(signal);
      const { code, stderr } = await ended;
      await Promise.all(below.map(gone)); // what was in a container ends with it, a moment later
      assert.equal(code, exitCode);
      assert.equal(stderr, "Cancelled.\n");
    });
  }
});
