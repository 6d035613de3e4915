/** A run under the profiler, in a real runtime. */
import assert from "node:assert/strict";
import { after, describe, it } from "mocha";
import type { CallNode, Profile } from "../../extension/protocol/profile.ts";
import type { BackendName, RunEvent } from "../../extension/protocol/runtime.ts";
import type { Supervisor } from "../../extension/supervisor/api.ts";
import { chromeTrace } from "../../extension/supervisor/profile/chromeTrace.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { readByChrome } from "../tools/traceEngine.ts";
import { brokenTraceRules } from "../tools/traceRules.ts";
import { attemptOf, dist, tinyExercise } from "./tinyPack.ts";

/** Its lines are what the profile tells. */
const ATTEMPT = `import * as tf from "@tensorflow/tfjs";
import { trace } from "practicum";
export const attention = (x: tf.Tensor2D): tf.Tensor => trace.span("attention", () =>
  tf.softmax(
    x.matMul(x, false, true)));
export async function forward(x: tf.Tensor2D): Promise<tf.Tensor> {
  return trace.span("forward", async () => {
    const y = attention(x);
    await y.data();
    return trace.span("output", () => y.square());
  });
}
`;

const runs = (body: string) => ({
  "run.ts": `import * as tf from "@tensorflow/tfjs";\nimport { breathe, trace } from "practicum";\nexport default async function run(attempt: any): Promise<void> {\n${body}\n}\n`,
});

describe("profile of a run", function () {
  this.timeout(120_000);
  const supervisors = new Map<BackendName, Supervisor>();
  const logged: string[] = [];
  after(() => Promise.all([...supervisors.values()].map((supervisor) => supervisor.dispose())));

  async function profiled(body: string, { backend = "wasm" as BackendName, profile = true } = {}) {
    const supervisor = supervisors.get(backend) ?? createSupervisor({ dist, backend, log: (line) => logged.push(line) });
    supervisors.set(backend, supervisor);
    const events: RunEvent[] = [];
    let output = "";
    const exercise = await tinyExercise(runs(body));
    const request = {
      exercise,
      attempt: attemptOf(ATTEMPT),
      profile,
      onEvent: (event: RunEvent) => events.push(event),
      onOutput: (text: string) => (output += text),
    };
    const result = await supervisor.run(request);
    const told = events.flatMap((event) => (event.kind === "profile" ? [event.profile] : []));
    return { result, output, told, whole: told.at(-1) as Profile };
  }

  const pathOf = ({ nodes }: Profile, { name, parent }: CallNode): string =>
    parent === undefined ? "" : `${pathOf({ nodes } as Profile, nodes[parent] as CallNode)}/${name}`;
  const at = (profile: Profile, path: string): CallNode => {
    const found = profile.nodes.find((node) => pathOf(profile, node) === path);
    assert.ok(found, `${path} is not among ${profile.nodes.map((node) => pathOf(profile, node)).join(" ")}`);
    return found;
  };
  const lineOf = ({ places, files }: Profile, { from: [first] }: CallNode): string => {
    const [file, line] = places[first?.[0] as number] ?? [0, 0];
    return `${files[file]}:${line}`;
  };

  for (const backend of ["wasm", "cpu"] as const) {
    it(`records operations with path, line, bytes and FLOPs on ${backend}`, async () => {
      const { whole, result } = await profiled("const x = tf.ones([64, 64]); for (let i = 0; i < 3; i++) await attempt.forward(x);", { backend });
      assert.deepEqual([result.state, whole.clock, whole.ops], ["finished", "computed", true]);
      const matMul = at(whole, "/forward/attention/matMul");
      assert.deepEqual([matMul.calls, matMul.bytes, matMul.flops, lineOf(whole, matMul)], [3, 3 * 64 * 64 * 4, 3 * 2 * 64 ** 3, "double.ts:5"]);
      assert.deepEqual([at(whole, "/forward/attention/softmax").calls, lineOf(whole, at(whole, "/forward/attention/softmax"))], [3, "double.ts:4"]);
      assert.equal(lineOf(whole, at(whole, "/forward/output/square")), "double.ts:10");
      assert.equal(lineOf(whole, at(whole, "/forward")), "double.ts:7");
      assert.ok((whole.gigaflops ?? 0) > 0);
    });
  }

  it("spans hold what is in them, also across await, and all self times add up to the run", async () => {
    const { whole } = await profiled(`const x = tf.ones([32, 32]);
      await Promise.all([attempt.forward(x), trace.span("beside", async () => { await breathe(); tf.neg(x); })]);
      tf.exp(x);`);
    assert.ok(at(whole, "/forward/output/square") && at(whole, "/beside/neg") && at(whole, "/exp"));
    for (const { self, total } of whole.nodes) assert.ok(self >= 0 && self <= total + 1e-6);
  });

  it("its trace keeps the rules of those who read such traces, who find every call in it, also of what ran side by side", async () => {
    const { whole } = await profiled(`const x = tf.ones([32, 32]);
      const beside = (name: string) => trace.span(name, async () => { tf.neg(x); await breathe(); tf.exp(x); await breathe(); });
      for (let i = 0; i < 20; i++) await Promise.all([beside("one"), attempt.forward(x), beside("another")]);`);
    const exported = chromeTrace(whole, "Doubling");
    assert.deepEqual(brokenTraceRules(JSON.stringify(exported)), []);
    const { calls, threads } = await readByChrome(exported);
    assert.equal(calls, whole.head.length + whole.tail.length);
    assert.ok(threads.length >= 2, "what ran side by side has lanes");
  });

  it("the steps of a training: backward pass and optimizer are the line that minimizes", async () => {
    const { whole } = await profiled(`const w = tf.variable(tf.ones([8, 8]) as tf.Tensor2D);
      const adam = tf.train.adam(0.1);
      for (let i = 0; i < 5; i++) trace.span("step", () => adam.minimize(() => w.matMul(w).sum() as tf.Scalar));`);
    const step = whole.nodes.findIndex(({ name }) => name === "step");
    const within = whole.nodes.filter(({ parent }) => parent === step).map(({ name, calls }) => [name, calls]);
    assert.deepEqual([Object.fromEntries(within).matMul, Object.fromEntries(within).applyGradients], [15, 5]); // one forward, two backward
    assert.equal(lineOf(whole, at(whole, "/step/applyGradients")), "run.ts:6");
  });

  it("an operation with a gradient of its own encloses what it is made of", async () => {
    const { whole } = await profiled(`const twice = tf.customGrad((x: any) => ({ value: x.mul(2), gradFunc: (dy: any) => dy.mul(2) }));
      tf.tidy(() => { twice(tf.ones([3])); tf.logSoftmax(tf.ones([2, 3])); });`);
    assert.equal(at(whole, "/customGrad/mul").calls, 1);
    assert.equal(at(whole, "/logSoftmax/max").calls, 1);
  });

  it("memory counts a buffer once, however many tensors share it, and marks the peak", async () => {
    const { whole } = await profiled(`tf.tidy(() => { tf.range(0, 1000).reshape([10, 100]).reshape([100, 10]).reshape([1000]); });
      tf.tidy(() => { tf.fill([5000], 2).reshape([50, 100]); });`);
    assert.deepEqual([whole.peak?.bytes, whole.nodes[whole.peak?.node ?? 0]?.name], [20_000, "fill"]);
    assert.equal(
      whole.nodes.filter(({ name }) => name === "reshape").reduce((sum, { bytes }) => sum + bytes, 0),
      0,
    );
  });

  it("a loop that never awaits is told while it runs; a flood of operations stays small", async () => {
    const { whole, told } = await profiled("const x = tf.scalar(1); const end = performance.now() + 5000; while (performance.now() < end) x.neg().dispose();");
    const neg = at(whole, "/neg");
    assert.ok(told.length >= 2 && neg.calls > 10_000, `${told.length} ${neg.calls}`);
    assert.ok(JSON.stringify(whole).length < 400_000);
    assert.ok(whole.located < neg.calls, "lines are looked up as often as they may cost");
  });

  it("a run that is not profiled tells its spans, and nothing where there is none", async () => {
    const { whole } = await profiled("await attempt.forward(tf.ones([4, 4]));", { profile: false });
    assert.deepEqual([whole.ops, whole.nodes.map(({ name }) => name)], [false, ["run", "forward", "attention", "output"]]);
    assert.equal((await profiled("tf.ones([4]);", { profile: false })).told.length, 0);
  });

  it("a program that throws has a profile until then", async () => {
    const { whole, result } = await profiled("tf.neg(tf.ones([2])); throw new Error('no');");
    assert.equal(result.state, "errored");
    assert.equal(at(whole, "/neg").calls, 1);
  });

  it("one that is none is refused with a line in the log, and nobody hears of it", async () => {
    const { told, result } = await profiled("tf.neg(tf.ones([2])); Math.round = () => Number.NaN;");
    assert.deepEqual([result.state, told.length], ["finished", 0]);
    assert.match(logged.join("\n"), /tiny-01: a run event that is none was refused: .*profile/);
  });

  it("changes no number that the program computes", async () => {
    const body = `const w = tf.variable(tf.randomNormal([6, 6], 0, 1, "float32", 5)); const adam = tf.train.adam(0.1);
      for (let i = 0; i < 4; i++) adam.minimize(() => tf.softmax(w.matMul(w as any) as any).log().mean() as tf.Scalar);
      console.log((await w.data()).join(), tf.memory().numTensors);`;
    const [bare, recorded] = [await profiled(body, { profile: false }), await profiled(body)];
    assert.equal(recorded.output, bare.output);
  });
});
