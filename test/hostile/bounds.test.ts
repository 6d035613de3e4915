/** Whatever grows has a bound, and whoever meets it is told so: `extension/protocol/bounds.ts` has the numbers. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "mocha";
import { verifyPack } from "../../extension/packs/verify.ts";
import type { Grade } from "../../extension/protocol/grade.ts";
import type { Supervisor } from "../../extension/supervisor/api.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { DOUBLE, doubling } from "../processes/grading.ts";
import { attemptOf, dist, REFERENCE, tinyExercise } from "../processes/tinyPack.ts";
import { gradesBothWays, type Hostile, printedBy } from "./harness.ts";

const SMALL = { memoryMiB: 500 };

/** What a learner is told, all of it. */
const isShort = (grade: Grade): void => {
  const text = JSON.stringify([grade.problem, grade.checks]);
  assert.ok(text.length < 60_000, `${text.length} characters: ${text.slice(0, 300)}`);
};
/** The check after the one that met a bound was asked of a fresh process. */
const nextPassed = ({ checks }: Grade): void => assert.equal(checks[1]?.outcome, "passed", JSON.stringify(checks));

const memory: readonly Hostile[] = [
  {
    that: "keeps ever more numbers",
    attempt: doubling("const kept: unknown[] = []; for (;;) kept.push(new Float64Array(1e5).fill(1));"),
    limits: SMALL,
    outcome: "errored",
    says: /^Your attempt was stopped at [\d,]+ MiB of memory; its limit is 500 MiB\.$/,
    also: nextPassed,
  },
  {
    that: "keeps ever more text",
    attempt: doubling("const kept: string[] = []; for (;;) kept.push(new TextDecoder().decode(new Uint8Array(1e6).fill(97)));"),
    limits: SMALL,
    outcome: "errored",
    says: /its limit is 500 MiB/,
  },
  {
    that: "makes ever more tensors",
    attempt: doubling("for (;;) tf.ones([500, 1000]);"),
    limits: SMALL,
    outcome: "errored",
    says: /its limit is 500 MiB/,
  },
  {
    that: "fills shared memory",
    attempt: doubling("const kept: unknown[] = []; for (;;) kept.push(new Uint8Array(new SharedArrayBuffer(1e7)).fill(1));"),
    limits: SMALL,
    outcome: "errored",
    says: /its limit is 500 MiB/,
  },
  {
    that: "fills WebAssembly's memory",
    attempt: doubling(
      "const own = new WebAssembly.Memory({ initial: 1, maximum: 65536 }); for (;;) { const from = 65536 * own.grow(100); new Uint8Array(own.buffer, from).fill(1); }",
    ),
    limits: SMALL,
    outcome: "errored",
    says: /its limit is 500 MiB/,
  },
  {
    that: "takes two gigabytes at once",
    attempt: doubling("const all = new Uint8Array(2 ** 31 - 1).fill(1); for (;;) all[0]++;"),
    limits: SMALL,
    outcome: "errored",
    says: /its limit is 500 MiB/,
  },
  {
    that: "takes memory while it loads",
    attempt: `${REFERENCE}\nconst kept: unknown[] = []; for (;;) kept.push(new Float64Array(1e5).fill(1));\n`,
    limits: SMALL,
    outcome: "errored",
    says: /^Your attempt was stopped at/,
  },
  {
    that: "takes memory once it has answered",
    attempt: doubling("const kept: unknown[] = []; setInterval(() => kept.push(new Float64Array(1e6).fill(1)), 1); return x.mul(2);"),
    limits: SMALL,
    outcome: "passed",
  },
];

const pack = (ask: string, expect = "exact.value(1)", before = "") => ({
  "double.check.ts": `import { check, exact, near } from "practicum/check";\n${before}\ncheck("odd", { points: 1, when: "save", timeout: 2000, ask: ${ask}, expect: ${expect} });\n`,
});
const FOREVER = "for (;;);";
const PACKS_FAULT = /did not come to an end: it has 5 s for what it computes by itself\. That is a fault of the pack/;
const isOfCheck = ({ problem }: Grade): void => assert.match(problem?.message ?? "", /The check "odd" \(double\.check\.ts\)/);

const packs: readonly Hostile[] = [
  {
    that: "has a pack whose check never loads",
    attempt: REFERENCE,
    pack: pack("(impl: any) => impl.answer()", undefined, FOREVER),
    outcome: "notGraded",
    says: PACKS_FAULT,
  },
  {
    that: "has a pack whose check waits for ever while it loads",
    attempt: REFERENCE,
    pack: pack("(impl: any) => impl.answer()", undefined, "await new Promise(() => {});"),
    outcome: "notGraded",
    says: /The file double\.check\.ts did not come to an end/,
  },
  { that: "has a pack that asks for ever", attempt: REFERENCE, pack: pack(`() => { ${FOREVER} }`), outcome: "notGraded", says: PACKS_FAULT, also: isOfCheck },
  {
    that: "has a pack whose question sleeps",
    attempt: REFERENCE,
    pack: pack("() => new Promise(() => {})"),
    outcome: "notGraded",
    says: PACKS_FAULT,
    also: isOfCheck,
  },
  {
    that: "has a pack that loops once it is answered",
    attempt: REFERENCE,
    pack: pack(`async (impl: any) => { await impl.answer(); ${FOREVER} }`),
    outcome: "notGraded",
    says: PACKS_FAULT,
    also: isOfCheck,
  },
  {
    that: "has a pack that does not wait for the answer",
    attempt: REFERENCE,
    pack: pack(`(impl: any) => { void impl.answer(); ${FOREVER} }`),
    outcome: "notGraded",
    says: PACKS_FAULT,
  },
  {
    that: "has a pack that expects for ever",
    attempt: REFERENCE,
    pack: pack("() => 1", `exact.value(() => { ${FOREVER} })`),
    outcome: "notGraded",
    says: PACKS_FAULT,
    also: isOfCheck,
  },
  {
    that: "has a pack that expects what never comes",
    attempt: REFERENCE,
    pack: pack("() => 1", "near.value((() => new Promise(() => {})) as any, { rtol: 1, atol: 1 })"),
    outcome: "notGraded",
    says: PACKS_FAULT,
  },
  {
    that: "has a pack whose answer to the judge never ends",
    attempt: REFERENCE,
    pack: pack(`() => ({ get a() { ${FOREVER} } })`, "exact.value({ a: 1 })"),
    outcome: "notGraded",
    says: PACKS_FAULT,
  },
  ...["1e12", "Infinity", "NaN", "-1", "'long' as never"].map((timeout) => ({
    that: `has a pack that gives itself ${timeout} ms, and loops`,
    attempt: REFERENCE,
    pack: { "double.check.ts": pack(`() => { ${FOREVER} }`)["double.check.ts"].replace("timeout: 2000", `timeout: ${timeout}`) },
    outcome: "notGraded" as const,
    says: /the timeout of "odd" is not from 1 to 600000 milliseconds/,
  })),
  {
    that: "has a pack whose question starts process after process",
    attempt: REFERENCE,
    pack: pack("(impl: any, draw: any, { resident }: any) => Promise.all(Array.from({ length: 200 }, () => resident((alone: any) => alone.answer())))"),
    outcome: "notGraded",
    says: /A grade has at most 8 processes at a time: ask one question after another\.$/,
  },
  {
    that: "has a pack whose reference loops",
    attempt: REFERENCE,
    pack: { "reference/double.ts": doubling(FOREVER) },
    outcome: "notGraded",
    says: /^The reference could not answer this check: No answer within 2 s\.$/,
  },
  {
    that: "has a pack whose reference sleeps",
    attempt: REFERENCE,
    pack: { "reference/double.ts": doubling("return new Promise(() => {}) as never;") },
    outcome: "notGraded",
    says: /^The reference could not answer this check: No answer within 2 s\.$/,
  },
  {
    that: "has a pack whose reference never loads",
    attempt: REFERENCE,
    pack: { "reference/double.ts": `${REFERENCE}\n${FOREVER}\n` },
    outcome: "notGraded",
    says: /^The reference could not answer this check: It did not load within 5 s\.$/,
  },
  {
    that: "has a pack whose misconception loops, which explains nothing then",
    attempt: REFERENCE.replace(DOUBLE, "x.mul(3)"),
    pack: { "misconceptions/squares.ts": `// You square where you should double.\n${doubling(FOREVER)}` },
    outcome: "failed",
    says: /^All 6 values differ/,
  },
  {
    that: "has a pack that keeps ever more in its check",
    attempt: REFERENCE,
    pack: pack("() => { const kept = []; for (;;) kept.push(new Float64Array(1e5).fill(1)); }"),
    limits: SMALL,
    outcome: "notGraded",
    says: /The process of the checks was stopped at [\d,]+ MiB of memory; its limit is 500 MiB/,
  },
  {
    that: "has a pack whose reference keeps ever more",
    attempt: REFERENCE,
    pack: { "reference/double.ts": doubling("const kept: unknown[] = []; for (;;) kept.push(new Float64Array(1e5).fill(1));") },
    limits: SMALL,
    outcome: "notGraded",
    says: /The process of the reference was stopped at [\d,]+ MiB/,
  },
];

const TOO_LARGE = /^The answer is too large: it has more than 64 MiB of tensors, text and numbers together\.$/;
const answering = (that: string, value: string, says: RegExp = TOO_LARGE, outcome: Hostile["outcome"] = "errored"): Hostile => ({
  that: `answers ${that}`,
  attempt: doubling(`return ${value} as never;`),
  outcome,
  says,
  also: (grade) => {
    isShort(grade);
    nextPassed(grade);
  },
});

const answers: readonly Hostile[] = [
  answering("five tensors of 56 MiB", "Array.from({ length: 5 }, () => tf.ones([14, 1024, 1024]))"),
  answering("one tensor of 40 MiB many times", "Array(50).fill(tf.ones([10, 1024, 1024]))"),
  answering("much text", "'a'.repeat(8e7)"),
  answering("much text in records", "({ a: 'a'.repeat(4e7), b: ['b'.repeat(4e7)] })"),
  answering("many numbers", "Array.from({ length: 5e6 }, (_, i) => i)"),
  answering("a list of a thousand million places with nothing in them", "new Array(1e9)"),
  answering("many empty records", "Array.from({ length: 5e6 }, () => ({}))"),
  answering("bytes without end", "new Uint8Array(2e8)"),
  answering("a list within itself thirty times over", "Array.from({ length: 30 }).reduce((inner: unknown) => [inner, inner], 1)"),
  answering(
    "text that is six times as long on the wire",
    "'\\u0001'.repeat(2.4e7)",
    /^The answer is too large: with what was traced it has more than 128 MiB\.$/,
  ),
  answering("ten thousand functions and more", "Array.from({ length: 11_000 }, () => () => 1)", /^The answer holds more than 10,000 functions/),
  answering("an object whose key is long", "({ ['k'.repeat(3e6)]: 1 })", /./, "failed"),
  answering("text of three million characters", "'a'.repeat(3e6)", /./, "failed"),
  answering("a tensor of many axes", "tf.ones(Array(5).fill(1)).reshape([1, 1, 1, 1, 1, 1])", /./, "failed"),
];

/** What a runtime hands over in parts is sent whole: whoever reads it would do nothing else meanwhile. */
const WHOLE =
  "const own = JSON.stringify; JSON.stringify = ((what: any, ...rest: []) => (what?.trace && 'value' in what ? '' : own(what, ...rest))) as never;\n";
const whole = (that: string, value: string, says: RegExp): Hostile => ({
  that: `answers ${that} in one message`,
  attempt: WHOLE + doubling(`return ${value} as never;`),
  outcome: "errored",
  says,
});
const messages: readonly Hostile[] = [
  whole(
    "many numbers",
    "Array.from({ length: 3e6 }, (_, i) => i)",
    /^Its process was ended as it sent a message of 3,000,0\d\d values; at most 600,000 can be read\.$/,
  ),
  whole("much text", "'a'.repeat(6e7)", /^Its process was ended as it sent a message of 58 MiB; at most 24 MiB can be read\.$/),
];

const LONG = "'long '.repeat(1e6)";
const texts: readonly Hostile[] = [
  {
    that: "throws five million characters",
    attempt: doubling(`throw new Error(${LONG});`),
    outcome: "errored",
    says: /^long .*… \(4,998,035 more characters\)$/,
    also: isShort,
  },
  {
    that: "throws lines that look like a stack",
    attempt: doubling("throw new Error('\\n    at x (y.ts:1:1)'.repeat(2e5));"),
    outcome: "errored",
    says: /more characters\)$/,
    also: isShort,
  },
  {
    that: "throws text of five million characters",
    attempt: doubling(`throw ${LONG};`),
    outcome: "errored",
    says: /^threw long .*more characters\)$/,
    also: isShort,
  },
  {
    that: "throws an error with a long name",
    attempt: doubling(`throw Object.assign(new Error('short'), { name: ${LONG} });`),
    outcome: "errored",
    says: /more characters\)$/,
    also: isShort,
  },
  {
    that: "throws an error with a long stack",
    attempt: doubling(`throw Object.assign(new Error('short'), { stack: ${LONG} });`),
    outcome: "errored",
    says: /^short$/,
    also: isShort,
  },
  {
    that: "throws what does not even say what it is",
    attempt: doubling("throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; } });"),
    outcome: "errored",
    says: /^threw something that cannot be shown$/,
    also: nextPassed,
  },
  {
    that: "throws five million characters while it loads",
    attempt: `${REFERENCE}\nthrow new Error(${LONG});\n`,
    outcome: "errored",
    says: /more characters\)$/,
    also: isShort,
  },
  { that: "exports a name of a million characters", attempt: `${REFERENCE}\nexport const ${"n".repeat(1e6)} = 1;\n`, outcome: "passed", also: isShort },
  {
    that: "traces under names of a million characters",
    attempt: `import { trace } from "practicum";\n${doubling("trace.log({ ['s'.repeat(1e6)]: 1 }, 0); trace.tensor('t'.repeat(1e6), x); trace.span('p'.repeat(1e6), () => 1); return x.mul(3);")}`,
    outcome: "failed",
    also: isShort,
  },
  {
    that: "traces a flood of points of many series",
    attempt: `import { trace } from "practicum";\n${doubling("for (let i = 0; i < 2e6; i++) trace.log({ ['s' + (i % 900)]: i }, i); return x.mul(2);")}`,
    pack: {
      "double.check.ts":
        'import { check, exact } from "practicum/check";\ncheck("told", { points: 1, when: "save", timeout: 30_000, ask: async (impl: any, draw, { trace }) => { await impl.double(draw.normal([2])); const told = trace().length; return told > 900 && told < 300_000; }, expect: exact.value(true) });\n',
    },
    outcome: "passed",
  },
];

const times: readonly Hostile[] = [
  { that: "never loads", attempt: `${REFERENCE}\n${FOREVER}\n`, outcome: "timedOut", says: /^It did not load within 5 s\.$/ },
  {
    that: "waits for ever while it loads",
    attempt: `${REFERENCE}\nawait new Promise(() => {});\n`,
    outcome: "timedOut",
    says: /^It did not load within 5 s\.$/,
  },
  { that: "sleeps", attempt: doubling("return new Promise(() => {}) as never;"), outcome: "timedOut", says: /^No answer within 2 s\.$/, also: nextPassed },
  {
    that: "sleeps on its thread",
    attempt: doubling("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); return x;"),
    outcome: "timedOut",
    says: /^No answer within 2 s\.$/,
    also: nextPassed,
  },
  {
    that: "computes between naps",
    attempt: doubling("return (async () => { for (;;) await new Promise((r) => setTimeout(r, 5)); })() as never;"),
    outcome: "timedOut",
    says: /^No answer within 2 s\.$/,
  },
  {
    that: "computes for ever once it has answered",
    attempt: doubling(`setTimeout(() => { ${FOREVER} }); return x.mul(2);`),
    outcome: "timedOut",
    says: /^(No answer within|It was still at work 5 s after its answer)/,
  },
];

gradesBothWays("memory of a grade has a bound: an attempt", memory);
gradesBothWays("pack code has a bound: an attempt", packs);
gradesBothWays("an answer has a bound: an attempt", answers);
gradesBothWays("a message has a bound: an attempt", messages);
gradesBothWays("texts have a bound: an attempt", texts);
gradesBothWays("time has a bound: an attempt", times);

describe("pack code has a bound where it is proven", function () {
  this.timeout(120_000);
  it("a check without end is refused, at its file, with a remedy", async () => {
    const supervisor = createSupervisor({ dist });
    const { folder } = await tinyExercise(pack(`() => { ${FOREVER} }`));
    const { exercises } = await verifyPack(path.dirname(folder), { supervisor, dist, tier: "save" });
    await supervisor.dispose();
    const problem = exercises.flatMap(({ problems }) => problems).find(({ message }) => message.includes("did not come to an end"));
    assert.match(problem?.message ?? "", /The check "odd" \(double\.check\.ts\) did not come to an end/);
    assert.match(problem?.remedy ?? "", /have to end/);
  });
});

describe("checkpoints have a bound", function () {
  this.timeout(120_000);
  let supervisor: Supervisor;
  before(() => {
    supervisor = createSupervisor({ dist });
  });
  after(() => supervisor.dispose());

  /** @returns what the run printed, and the names of what was kept */
  async function saves(body: string): Promise<{ printed: string; kept: string[] }> {
    const root = await mkdtemp(path.join(os.tmpdir(), "practicum-attempt-"));
    await mkdir(path.join(root, ".practicum"));
    let printed = "";
    const exercise = await tinyExercise({
      "run.ts": `import * as tf from "@tensorflow/tfjs";\nimport { checkpoint } from "practicum";\nexport default async () => {\nconst told = (error: unknown) => console.log((error as Error).message);\n${body}\n};\n`,
    });
    const attempt = { ...attemptOf(REFERENCE), root };
    const { state, fault } = await supervisor.run({ exercise, attempt, onEvent: () => {}, onOutput: (text) => (printed += text) });
    assert.equal(state, "finished", JSON.stringify(fault));
    return { printed, kept: await readdir(path.join(root, ".practicum/checkpoints")).catch(() => []) };
  }

  it("in their number", async () => {
    const { printed, kept } = await saves("for (let i = 0; i < 80; i++) await checkpoint.save('c' + i, { w: tf.ones([2]) }).catch(told);");
    assert.equal(kept.length, 64);
    assert.match(printed, /This attempt has 64 checkpoints, the most that it may have: `checkpoint\.remove` removes one\./);
  });

  it("one that is saved again takes no room of its own", async () => {
    const { printed, kept } = await saves("for (let i = 0; i < 80; i++) await checkpoint.save('c', { w: tf.ones([2]) }).catch(told);");
    assert.deepEqual([printed, kept], ["", ["c.safetensors"]]);
  });

  it("many that are saved at once are written one after the other", async () => {
    const { printed, kept } = await saves(
      "await Promise.all(Array.from({ length: 200 }, (_, i) => checkpoint.save('c' + (i % 9), { w: tf.ones([2]) }).catch(told)));",
    );
    assert.deepEqual([printed, kept.length], ["", 9]);
  });

  it("a name that is none is told in part", async () => {
    const { printed, kept } = await saves("await checkpoint.save('../'.repeat(1e6), { w: tf.ones([2]) }).catch(told);");
    assert.match(printed, /is no name for a checkpoint/);
    assert.ok(printed.length < 1000 && kept.length === 0, printed.slice(0, 300));
  });
});

describe("a run has bounds", function () {
  this.timeout(120_000);
  let supervisor: Supervisor;
  before(() => {
    supervisor = createSupervisor({ dist });
  });
  after(() => supervisor.dispose());

  const runs = (body: string): string =>
    `import * as tf from "@tensorflow/tfjs";\nimport { trace } from "practicum";\nexport default async () => {\n${body}\n};\n`;

  it("in an error's message", async () => {
    const { result } = await printedBy(supervisor, REFERENCE, runs(`throw new Error(${LONG});`));
    assert.match(result.fault?.message ?? "", /^long .*more characters\)$/);
    assert.ok(JSON.stringify(result).length < 25_000);
  });

  it("in what it prints, of which the beginning and the end are told", async () => {
    const { result, output } = await printedBy(
      supervisor,
      REFERENCE,
      runs("console.log('BEGINNING'); for (let i = 0; i < 1e5; i++) console.log('middle'.repeat(10)); console.log('THE END');"),
    );
    assert.equal(result.state, "finished");
    assert.ok(
      /^BEGINNING\n[\s\S]*\([\d,]+ characters that were printed here are not shown\)[\s\S]*THE END\n$/.test(output),
      `${output.slice(0, 40)} ... ${output.slice(-40)}`,
    );
    assert.ok(output.length < 100_000, String(output.length));
  });

  for (const [how, work] of [
    ["an error", "setTimeout(() => { throw new Error('late'); });"],
    ["a rejection", "void Promise.reject(new Error('late'));"],
  ] as const)
    it(`in what is printed of ${how} that nobody catches: none of our own code`, async () => {
      const { result, output } = await printedBy(supervisor, REFERENCE, runs(`${work} await new Promise(() => {});`));
      assert.match(result.fault?.message ?? "", /exit code 1/);
      assert.match(output, /^Error: late$/m);
      assert.ok(output.length < 2000, output.slice(0, 300));
    });

  it("in one line of what it prints", async () => {
    const { output } = await printedBy(supervisor, REFERENCE, runs("process.stdout.write('x'.repeat(2e7)); process.stdout.write('THE END');"));
    assert.ok(output.endsWith("xTHE END"), output.slice(-40));
    assert.ok(output.length < 100_000, String(output.length));
  });
});
