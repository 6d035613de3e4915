/** Whatever a process, a file or an archive says: it is read, or refused in the one way that its reader has; at once, and nothing else changes. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, it } from "mocha";
import { UserError } from "../../extension/errors.ts";
import { parseHints } from "../../extension/exercise/hints.ts";
import { parseExercise, parseMarker, parsePack } from "../../extension/exercise/manifest.ts";
import { parseProgress } from "../../extension/exercise/progress.ts";
import { readArchive, writeArchive } from "../../extension/packs/archive.ts";
import { problemWithPath } from "../../extension/packs/names.ts";
import { signerOfFiles } from "../../extension/packs/signature.ts";
import { readSubmission } from "../../extension/packs/submission.ts";
import { checkResult } from "../../extension/protocol/checkSchema.ts";
import { faultFrom } from "../../extension/protocol/fault.ts";
import { refusalOf } from "../../extension/protocol/onnxGraph.ts";
import { isPlain, plain, printable } from "../../extension/protocol/plainText.ts";
import { runEventOf, runEventsOf } from "../../extension/protocol/runEvent.ts";
import type { TensorData } from "../../extension/protocol/tensor.ts";
import { decode, encode } from "../../extension/protocol/wire.ts";
import { resultFrom } from "../../extension/supervisor/gradeAnswer.ts";
import { tarOf } from "./archives.ts";
import { holds, holdsSoon, json, leavesPrototypes, spoilt } from "./fuzzing.ts";
import { LEADING_OUT, PLAIN } from "./graphs.ts";

/** What it throws is of that kind only. */
function throwsOnly(kind: new (...args: never[]) => Error, work: () => unknown): void {
  try {
    leavesPrototypes(work);
  } catch (error) {
    assert.ok(error instanceof kind, error instanceof Error ? error.stack : String(error));
  }
}

const tensor: fc.Arbitrary<TensorData> = fc.oneof(
  fc.array(fc.float(), { maxLength: 12 }).map((values) => ({ dtype: "float32" as const, shape: [values.length], data: Float32Array.from(values) })),
  fc.array(fc.integer(), { maxLength: 12 }).map((values) => ({ dtype: "int32" as const, shape: [1, values.length], data: Int32Array.from(values) })),
  fc.array(fc.nat(1), { maxLength: 12 }).map((values) => ({ dtype: "bool" as const, shape: [values.length, 1], data: Uint8Array.from(values) })),
);
const value: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(fc.constantFrom(undefined, null, true, -0, Number.NaN, Number.POSITIVE_INFINITY), fc.double(), fc.string(), fc.bigInt(), tensor),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => !key.startsWith("$")),
      tie("value"),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

describe("the wire", () => {
  it("gives back every value that crosses it", () => {
    holds(value, (sent) => assert.deepEqual(decode(JSON.parse(JSON.stringify(encode(sent)))), sent));
  });

  it("refuses what is no value with a TypeError only", () => holds(json, (said) => throwsOnly(TypeError, () => decode(said, ({ methods }) => methods))));

  it("refuses what is nearly a value in the same way", () => {
    const sent = encode({ a: [1, Number.NaN, 7n], t: { dtype: "float32", shape: [2], data: Float32Array.of(1, 2) }, u: undefined });
    holds(spoilt(sent), (said) => throwsOnly(TypeError, () => decode(said)));
  });

  const nested = (depth: number, open: string, close: string): unknown => JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`);
  const odd: readonly [what: string, said: unknown][] = [
    ["lists, a hundred thousand deep", nested(100_000, "[", "]")],
    ["records, a hundred thousand deep", nested(100_000, '{"a":', "}")],
    ["a whole number of ten million digits", { $bigint: "9".repeat(10_000_000) }],
    ["a whole number that is none", { $bigint: "seven" }],
    ["a tensor with bytes left over", { $tensor: "AAAAAAA=", dtype: "float32", shape: [1] }],
    ["a tensor of a hundred thousand axes", { $tensor: "AAAA", dtype: "bool", shape: Array(100_000).fill(1) }],
    ["a tensor that is larger than the world", { $tensor: "", dtype: "bool", shape: [1e300, 1e300] }],
    ["an inherited dtype", { $tensor: "", dtype: "constructor", shape: [0] }],
    ["a handle where there are none", { $handle: 1, methods: ["then"] }],
  ];
  for (const [what, said] of odd) it(`refuses ${what}`, () => assert.throws(() => decode(said), TypeError));

  it("makes no promise of an answer", () => {
    const withThen = (value: unknown) => JSON.parse(`{"then":${JSON.stringify(value)}}`);
    assert.throws(() => decode(withThen({ $handle: 1, methods: ["()"] }), () => () => {}), TypeError);
    assert.deepEqual(decode(withThen(1)), withThen(1));
  });
});

describe("what a process says of itself", () => {
  it("is a fault of a known kind, whatever it is", () => {
    holds(json, (said) => {
      const { kind, message } = leavesPrototypes(() => faultFrom(said));
      assert.ok(["compile", "threw", "notWritten", "missing", "died"].includes(kind) && typeof message === "string");
    });
  });

  it("is a run event, or nothing", () => {
    const points = encode({ kind: "points", points: [{ series: "loss", step: 1, value: Number.NaN }] });
    holds(fc.oneof(json, spoilt(points)), (said) => {
      const event = leavesPrototypes(() => runEventOf(said));
      assert.ok(event === undefined || ["points", "spans", "tensors", "plot", "profile", "progress"].includes(event.kind));
      assert.ok(Array.isArray(runEventsOf(said)));
    });
  });

  it("is the result of a check, or nothing", () => {
    const result = { id: "1-a", title: "a", hidden: false, when: "save", points: 1, outcome: "passed", message: "", ms: 1, tensors: [] };
    assert.ok(checkResult.safeParse(result).success);
    holds(fc.oneof(json, spoilt(result)), (said) => {
      const read = leavesPrototypes(() => resultFrom(said, () => {}));
      assert.ok(read === undefined || typeof read.title === "string");
    });
  });
});

describe("files of strangers", () => {
  const pack = { format: 1, id: "tiny", version: "1.0.0", title: "Tiny", exercises: ["01-double"] };
  const exercise = {
    id: "tiny-01",
    title: "Double",
    difficulty: "easy",
    minutes: 1,
    entry: "double.ts",
    teaches: ["doubling"],
    needs: [],
    limits: { runSeconds: 3 },
  };
  const marker = { format: 1, exercise: "tiny-01", pack: "tiny", packVersion: "1.0.0", scaffolded: { "double.ts": "0" } };
  const record = { at: "2026-01-01T00:00:00Z", tier: "run", outcome: "passed", score: 1, points: 1, version: "1.0.0", seed: 1 };
  const progress = { format: 1, exercises: { "tiny-01": { state: "passed", best: record, last: record, grades: [record], hints: 1, gaveUp: false } } };

  const manifests: readonly [what: string, valid: object, read: (text: string) => unknown][] = [
    ["pack.json", pack, (text) => parsePack(text, "pack.json")],
    ["exercise.json", exercise, (text) => parseExercise(text, "exercise.json")],
    ["attempt.json", marker, (text) => parseMarker(text, "attempt.json")],
  ];
  for (const [what, valid, read] of manifests) {
    it(`are ${what}, or refused in a short sentence`, () => {
      assert.ok(read(JSON.stringify(valid)));
      const texts = fc.oneof(
        spoilt(valid).map((said) => JSON.stringify(said)),
        json.map((said) => JSON.stringify(said)),
        fc.string(),
      );
      holds(texts, (text) => {
        try {
          leavesPrototypes(() => read(text));
        } catch (error) {
          assert.ok(error instanceof UserError, String(error));
          assert.ok(error.message.length < 2000 && isPlain(error.message), error.message);
        }
      });
    });
  }

  it("are progress, or nothing", () => {
    assert.ok(parseProgress(progress));
    holds(fc.oneof(json, spoilt(progress)), (kept) => {
      const read = leavesPrototypes(() => parseProgress(kept));
      assert.ok(read === undefined || typeof read.exercises === "object");
    });
  });

  it("are plain where they are shown", () => {
    holds(fc.string({ unit: "binary" }), (text) => assert.ok(isPlain(plain(text)) && typeof printable(text) === "string"));
  });

  it("are hints, however they are written", () => holds(fc.string({ unit: fc.constantFrom("#", " ", "\n", "a", "`") }), (text) => void parseHints(text)));

  const written = fc
    .dictionary(
      fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,3}\.ts$/).filter((name) => !problemWithPath(name)), // "nul" is no name on Windows
      fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
      { minKeys: 1, maxKeys: 6 },
    )
    .map((files) => new Map(Object.entries(files)));

  it("come out of an archive as they went in", () =>
    holdsSoon(written, async (files) => assert.deepEqual(await readArchive(writeArchive(files)), new Map([...files].sort()))));

  it("come out of a spoilt archive as files, or are refused", () => {
    const tar = tarOf([
      { path: "package/", type: "Directory" },
      { path: "package/a", pax: { path: "package/\u00e9.ts" }, body: Buffer.from("é") },
      { path: "package/b.ts", body: Buffer.alloc(600, "b") },
    ]);
    const archives = fc.array(fc.tuple(fc.nat(tar.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }).map((changes) => {
      const changed = Buffer.from(tar);
      for (const [at, byte] of changes) changed[at] = byte;
      return gzipSync(changed, { level: 1 });
    });
    return holdsSoon(
      fc.oneof(
        archives,
        fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
      ),
      async (archive) => {
        const read = await readArchive(archive).catch((error: unknown) => assert.ok(error instanceof UserError, String(error)));
        for (const file of read?.keys() ?? []) assert.ok(!file.startsWith("/") && !file.split("/").includes(".."), file);
      },
    );
  });

  it("are a submission, or refused in a sentence", () => {
    const grade = {
      exercise: "tiny-01",
      packVersion: "1.0.0",
      outcome: "passed",
      score: 1,
      points: 1,
      tier: "run",
      seed: 1,
      digests: { attempt: "", pack: "" },
      checks: [],
    };
    return holdsSoon(fc.oneof(spoilt({ format: 1, entry: "double.ts", grade }), json), async (record) => {
      const files = new Map([
        ["submission.json", Buffer.from(JSON.stringify(record))],
        ["attempt/double.ts", Buffer.from("export {};")],
      ]);
      const unpacked = await readArchive(writeArchive(files));
      await throwsOnly(UserError, () => {
        const { attempt } = readSubmission(unpacked, "a.tgz");
        assert.equal(typeof attempt.files[attempt.entry], "string");
      });
    });
  });

  it("are signed, or refused in a sentence", () =>
    holds(json, (said) => throwsOnly(UserError, () => signerOfFiles(new Map([["signature.json", Buffer.from(JSON.stringify(said))]])))));
});

describe("a graph", () => {
  const graphs = [PLAIN, ...LEADING_OUT.map(([, bytes]) => bytes)];
  const changed = fc
    .tuple(fc.constantFrom(...graphs), fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.boolean()), { maxLength: 8 }))
    .map(([graph, changes]) => changes.reduce<Uint8Array>((bytes, [at, byte, more]) => spliced(bytes, at % (bytes.length + 1), byte, more), graph));
  const spliced = (bytes: Uint8Array, at: number, byte: number, more: boolean): Uint8Array =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(more ? at : at + 1)]);

  it("is used or refused in a sentence, whatever its bytes are", () => {
    holds(fc.oneof(changed, fc.uint8Array({ maxLength: 300 })), (bytes) => {
      const refusal = refusalOf("graph.onnx", bytes);
      assert.ok(
        refusal === undefined || (refusal.message.startsWith("graph.onnx ") && refusal.message.length < 500 && isPlain(refusal.message)),
        refusal?.message,
      );
    });
  });
});
