/**
 * The judged party supplies no number: attempts that forge what is measured, or end their process where it suits them. What only the attempt's own process can
 * know (which part of its time goes to which span, the size of its tiles) is not here: it stays its word.
 */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { Exercise } from "../../extension/exercise/model.ts";
import type { Outcome } from "../../extension/protocol/grade.ts";
import type { ImplementationName } from "../../extension/protocol/grader.ts";
import type { Examination, Supervisor } from "../../extension/supervisor/api.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { first } from "../processes/grading.ts";
import { attemptOf, dist, REFERENCE, tinyExercise } from "../processes/tinyPack.ts";
import {
  builtIn,
  EMPTY_SPANS,
  type Forgery,
  forged,
  PLAIN_ARRAYS,
  SAME_BYTES,
  SHORT_SPANS,
  SLOW_WHOLE,
  STOPPED_CLOCKS,
  SWAPS_COUNTER,
  TELLS_SMALL_BYTES,
  ZEROS_WHEN_LATE,
} from "./forgeries.ts";
import { saidOf } from "./harness.ts";

const TIMED = `import { check, noMoreTime } from "practicum/check";
check("time", { points: 1, when: "save", timeout: 60000, ask: async (impl: any, draw, { measure }) => {
  const { ms } = await measure(async () => { for (let i = 0; i < 6; i++) await impl.double(draw.normal([64, 64])); });
  return ms;
}, expect: noMoreTime({ times: 4, plus: 500 }) });
check("the next one", { points: 1, when: "save", ask: (impl: any) => impl.answer(), expect: { expectation: { kind: "exact", source: "reference" } } });`;

const RESIDENT = `import { check, noMoreMemory } from "practicum/check";
check("memory", { points: 1, when: "save", timeout: 60000, ask: async (_: any, draw, { resident }) =>
  (await resident((impl: any) => impl.double(draw.normal([64, 64])))).residentBytes,
expect: noMoreMemory({ plus: 96 * 2 ** 20 }) });
check("the next one", { points: 1, when: "save", ask: (impl: any) => impl.answer(), expect: { expectation: { kind: "exact", source: "reference" } } });`;

const CALLS = `import { check, exact } from "practicum/check";
for (const title of ["one", "two", "three", "four"]) check(title, { points: 1, when: "save",
  ask: async (impl: any) => { for (let i = 0; i < 2; i++) await impl.answer(); return impl.answer(); }, expect: exact.value(42) });`;

/** The reference, with other functions. */
const double = (body: string, before = ""): string => `${before}\n${REFERENCE.replace("return x.mul(2);", body)}`;
const answer = (body: string, before = ""): string => `${before}\n${REFERENCE.replace("return 42;", body)}`;

const BUSY = "let busy = 0; for (let i = 0; i < 2e8; i++) busy += i % 7;"; // some tenths of a second of processor time, however busy the machine is
const MUCH = "new Float32Array(64 * 2 ** 20).fill(1)"; // 256 MiB

interface Row {
  readonly that: string;
  readonly checks: string;
  readonly attempt: string;
  readonly each: readonly Outcome[];
  readonly says?: RegExp;
}

const ROWS: readonly Row[] = [
  { that: "is what it seems, in time", checks: TIMED, attempt: REFERENCE, each: ["passed", "passed"] },
  { that: "is what it seems, in memory", checks: RESIDENT, attempt: REFERENCE, each: ["passed", "passed"] },
  {
    that: "answers anything where only the time is looked at",
    checks: TIMED,
    attempt: double("return tf.zeros(x.shape);"),
    each: ["failed", "passed"],
    says: /^At `double, measured call 1`: (all|409\d of) 4096 values differ/,
  },
  {
    that: "answers right once, and the same ever after",
    checks: TIMED,
    attempt: double("return (kept ??= tf.keep(x.mul(2))).clone();", "let kept: any;"),
    each: ["failed", "passed"],
    says: /^At `double, measured call 2`/,
  },
  {
    that: "is right but for the last measured call",
    checks: TIMED,
    attempt: double("return x.mul(++calls < 6 ? 2 : 3);", "let calls = 0;"),
    each: ["failed", "passed"],
    says: /measured call 6/,
  },
  {
    that: "takes long",
    checks: TIMED,
    attempt: double(`${BUSY} return x.mul(2);`),
    each: ["failed", "passed"],
    says: /^It took [\d,.]+ ms, and the reference/,
  },
  {
    that: "takes long, under clocks that stand still",
    checks: TIMED,
    attempt: double(`${BUSY} return x.mul(2);`, STOPPED_CLOCKS.before),
    each: ["failed", "passed"],
    says: /^It took/,
  },
  {
    that: "takes long after its answer",
    checks: TIMED,
    attempt: double(`setImmediate(() => { ${BUSY} }); return x.mul(2);`),
    each: ["failed", "passed"],
    says: /^It took/,
  },
  {
    that: "takes memory that no tensor has",
    checks: RESIDENT,
    attempt: double(`const much = ${MUCH}; return x.mul(1 + much[7]!);`),
    each: ["failed", "passed"],
    says: /^It took at most \d+ MiB, and the reference \d+ MiB/,
  },
  {
    that: "takes memory in plain arrays",
    checks: RESIDENT,
    attempt: double("const much = Array.from({ length: 200 }, (_, i) => new Array(2 ** 18).fill(i + 0.5)); return x.mul(much[3]![5]! - 1.5);"),
    each: ["failed", "passed"],
    says: /^It took at most/,
  },
  {
    that: "has taken its memory when it was loaded",
    checks: RESIDENT,
    attempt: double("return x.mul(1 + much[7]!);", `const much = ${MUCH};`),
    each: ["failed", "passed"],
    says: /^It took at most/,
  },
  {
    that: "says that it takes none",
    checks: RESIDENT,
    attempt: double(
      `const much = ${MUCH}; return x.mul(1 + much[7]!);`,
      "const s = JSON.stringify; JSON.stringify = ((m: any) => { for (const k of ['residentBytes', 'peakBytes', 'processorMs', 'madeBytes']) if (m?.result) m.result[k] = 1; return s(m); }) as never; process.memoryUsage = (() => ({ rss: 1 })) as never;",
    ),
    each: ["failed", "passed"],
    says: /^It took at most/,
  },
  {
    that: "calls itself by the name of a container",
    checks: RESIDENT,
    attempt: double(`const much = ${MUCH}; return x.mul(1 + much[7]!);`, 'process.title = "bwrap";'),
    each: ["failed", "passed"],
    says: /^It took at most/,
  },
  {
    that: "answers anything where only the memory is looked at",
    checks: RESIDENT,
    attempt: double("return tf.zeros(x.shape);"),
    each: ["failed", "passed"],
    says: /^At `double`: (all|409\d of) 4096/,
  },
  {
    that: "is gone before its memory can be looked at",
    checks: RESIDENT,
    attempt: double("process.nextTick(() => setImmediate(() => process.exit(0))); return x.mul(2);"),
    each: ["errored", "passed"],
    says: /^Your code ended its process \(exit code 0\)/,
  },
  {
    that: "puts a counter of its own in the engine",
    checks: TIMED,
    attempt: double("tf.engine().state = { ...tf.engine().state } as never; return x.mul(2);"),
    each: ["errored", "passed"],
    says: /^Practicum counts in this engine's state/,
  },
  {
    that: "ends its process at every fifth call",
    checks: CALLS,
    attempt: answer("if (++calls % 5 === 0) process.exit(0); return 42;", "let calls = 0;"),
    each: ["passed", "errored", "passed", "errored"],
    says: /^Your code ended its process \(exit code 0\)/,
  },
  {
    that: "ends its process after every third answer",
    checks: CALLS,
    attempt: answer("if (++calls % 3 === 0) setImmediate(() => process.exit(0)); return 42;", "let calls = 0;"),
    each: ["errored", "errored", "errored", "errored"],
    says: /^Your code ended its process \(exit code 0\)/,
  },
  {
    that: "leaves a promise that nobody catches, after its third answer",
    checks: CALLS,
    attempt: answer("if (++calls === 3) void Promise.reject(new Error('late')); return 42;", "let calls = 0;"),
    each: ["errored", "errored", "errored", "errored"],
    says: /^Your code's process ended \(exit code \d+\)/,
  },
  {
    that: "throws where nobody catches it, after its third answer",
    checks: CALLS,
    attempt: answer("if (++calls === 3) setImmediate(() => { throw new Error('late'); }); return 42;", "let calls = 0;"),
    each: ["errored", "errored", "errored", "errored"],
    says: /^Your code's process ended \(exit code \d+\)/,
  },
  {
    that: "sends what is no message at every fifth call, to have a fresh process asked",
    checks: CALLS,
    attempt: answer(
      "if (++calls % 5 === 0) { const own = Buffer.concat; Buffer.concat = (() => { Buffer.concat = own; return Buffer.from('no message, '.repeat(9)); }) as never; } return 42;",
      "let calls = 0;",
    ),
    each: ["passed", "errored", "passed", "errored"],
    says: /^Its process was ended as it sent something that is no message\.$/,
  },
  {
    that: "ends its process by a signal",
    checks: CALLS,
    attempt: answer("if (++calls === 4) process.abort(); return 42;", "let calls = 0;"),
    each: ["passed", "errored", "passed", "errored"],
    says: /^Your code's process ended \(signal SIGABRT\)/,
  },
];

describe("numbers from the judged party", function () {
  this.timeout(300_000);
  let supervisor: Supervisor;
  before(() => {
    supervisor = createSupervisor({ dist });
  });
  after(() => supervisor.dispose());

  for (const { that, checks, attempt, each, says = /^$/ } of ROWS)
    it(`an attempt that ${that}: ${each.join(", ")}`, async () => {
      const grade = await supervisor.grade({ exercise: await tinyExercise({ "double.check.ts": checks }), attempt: attemptOf(attempt), tier: "save" });
      assert.deepEqual(
        grade.checks.map(({ outcome }) => outcome),
        each,
        JSON.stringify(grade.checks, null, 1).slice(0, 4000),
      );
      assert.match(saidOf(grade), says);
    });

  it("where the system tells nothing, the counted bytes decide, and the grade says so", async () => {
    const blind = createSupervisor({ dist, outside: () => ({}) });
    try {
      const grade = await blind.grade({ exercise: await tinyExercise({ "double.check.ts": RESIDENT }), attempt: attemptOf(REFERENCE), tier: "save" });
      assert.equal(first(grade)?.outcome, "passed");
      assert.match(first(grade)?.remark ?? "", /does not tell the memory of a process, so the bytes .* decided/);
    } finally {
      await blind.dispose();
    }
  });
});

const BUILT_IN: readonly [that: string, exercise: string, made: ImplementationName, forgery: Forgery, failing: string, says: RegExp][] = [
  [
    "swaps the counter and holds all scores",
    "15",
    "misconceptions/scores-all-at-once",
    SWAPS_COUNTER,
    "at 8192 positions: never more than a tile of the scores",
    /took at most|Practicum counts/,
  ],
  [
    "tells small bytes and holds all scores",
    "15",
    "misconceptions/scores-all-at-once",
    TELLS_SMALL_BYTES,
    "at 8192 positions: never more than a tile of the scores",
    /it took at most/,
  ],
  [
    "holds all scores in plain arrays, with tiles for show",
    "15",
    "reference",
    PLAIN_ARRAYS,
    "at 8192 positions: never more than a tile of the scores",
    /it took at most/,
  ],
  [
    "tells small bytes and makes a mask of all",
    "15",
    "misconceptions/mask-of-the-whole",
    TELLS_SMALL_BYTES,
    "causal, at 5120 positions: neither all scores nor a mask of them",
    /it took at most/,
  ],
  [
    "tells small bytes and computes the future",
    "15",
    "misconceptions/future-tiles-computed",
    TELLS_SMALL_BYTES,
    "tiles of the future are skipped",
    /tiles to the right of the diagonal/,
  ],
  ["answers zeros late in a text", "08", "misconceptions/recomputed", ZEROS_WHEN_LATE, "a step with a cache costs a step, not the text", /measured call 3/],
  ["makes reading slow, so that a step is fast", "08", "misconceptions/recomputed", SLOW_WHOLE, "a step with a cache costs a step, not the text", /It took/],
  [
    "tells small bytes and starts a session for every token",
    "08",
    "misconceptions/generated-without-cache",
    SAME_BYTES,
    "writing goes on where the text ends",
    /At `\.time`: it took/,
  ],
  ["tells spans and answers zeros", "13", "reference", EMPTY_SPANS, "every part has a span of its own, all within one", /measured call|forward/],
  [
    "tells spans that last a hundredth",
    "13",
    "reference",
    SHORT_SPANS,
    "the longer the sequence, the larger is attention's share of the time",
    /spans as long as the pass/,
  ],
  [
    "computes the text anew, under clocks that stand still",
    "08",
    "misconceptions/recomputed",
    STOPPED_CLOCKS,
    "a step with a cache costs a step, not the text",
    /It took/,
  ],
];

describe("numbers from the judged party, in built-in exercises", function () {
  this.timeout(600_000);
  const supervisor = createSupervisor({ dist });
  const examined = new Map<string, Promise<{ readonly exercise: Exercise; readonly examination: Examination }>>();
  after(() => supervisor.dispose());

  /** The checks that the rows name, asked of the reference once. */
  async function examine(number: string) {
    const exercise = await builtIn(number);
    const only = BUILT_IN.filter(([, of]) => of === number).map(([, , , , title]) => title);
    return { exercise, examination: await supervisor.examine({ exercise, tier: "run", seed: 11, only }) };
  }

  for (const [that, number, made, forgery, failing, says] of BUILT_IN)
    it(`${number}: an attempt that ${that} fails "${failing}"`, async () => {
      const { exercise, examination } = await (examined.get(number) ?? (examined.set(number, examine(number)).get(number) as ReturnType<typeof examine>));
      const { results } = await examination.grade(forged(exercise, made, forgery), { only: [failing] });
      assert.match(results[0]?.message ?? "", says, JSON.stringify(results, null, 1).slice(0, 4000));
      assert.notEqual(results[0]?.outcome, "passed");
    });
});
