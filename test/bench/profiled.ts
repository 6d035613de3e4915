/** What spans and a full profile cost two programs that learners write: processes with and without a profile take turns, steps with and without spans too. */
import path from "node:path";
import type { Exercise } from "../../extension/exercise/model.ts";
import { implementationTree } from "../../extension/exercise/tree.ts";
import type { Supervisor } from "../../extension/supervisor/api.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { median, type Row, spread } from "./measure.ts";

const ROUNDS = 3;
const STEPS = 40;
/** For the compilers. */
const WARM = 8;

interface Program {
  readonly exercise: string;
  readonly what: string;
  /** Declares `step`. */
  readonly body: string;
}

const PROGRAMS: readonly Program[] = [
  {
    exercise: "05",
    what: "GPT training step (05, width 64)",
    body: `
  const config = { vocabulary: 96, context: 64, width: 64, heads: 4, layers: 2 };
  const stream = random(1);
  const weights = initialWeights(config, stream);
  const windows = tf.tensor2d(Array.from({ length: 8 * 65 }, () => stream.integer(0, 95)), [8, 65], "int32");
  const adam = tf.train.adam(0.001);
  const step = () => trace.span("step", () => {
    const minimized = trace.span("minimize", () => adam.minimize(() => trace.span("loss", () => attempt.nextTokenLoss(weights, config, windows)), true));
    trace.span("dispose", () => minimized!.dispose());
  });`,
  },
  {
    exercise: "13",
    what: "GPT forward pass (13, 128 tokens)",
    body: `
  const config = { vocabulary: 1000, context: 512, width: 128, heads: 4, layers: 4 };
  const matrix = (rows: number, columns: number): any => tf.randomNormal([rows, columns], 0, 0.02, "float32", rows);
  const norm = (): any => ({ gain: tf.ones([128]), bias: tf.zeros([128]) });
  const linear = (from: number, to: number): any => ({ weight: matrix(from, to), bias: tf.zeros([to]) });
  const block = (): any => ({
    attentionNorm: norm(), queryKeyValue: linear(128, 384), projection: linear(128, 128), feedForwardNorm: norm(), expand: linear(128, 512), contract: linear(512, 128),
  });
  const weights = { tokenEmbedding: matrix(1000, 128), positionEmbedding: matrix(512, 128), blocks: [block(), block(), block(), block()], finalNorm: norm() };
  const tokens = tf.zeros([1, 128], "int32");
  const step = async () => {
    tf.engine().startScope();
    await attempt.forward(weights, config, tokens);
    tf.engine().endScope();
  };`,
  },
];

const runOf = ({ exercise, body }: Program): string => `import * as tf from "@tensorflow/tfjs";
import { breathe, random, trace } from "practicum";
${exercise === "05" ? 'import { initialWeights } from "./weights.ts";' : ""}
export default async function run(attempt: any): Promise<void> {
  const { span } = trace;
  ${body}
  for (let i = 0; i < ${STEPS + WARM}; i++) {
    for (const spans of [false, true]) {
      Object.assign(trace, { span: spans ? span : (_: string, work: () => unknown) => work() });
      const started = performance.now();
      await step();
      const ms = performance.now() - started;
      if (i >= ${WARM}) trace.log(spans ? { spans: ms } : { bare: ms }, i);
      await breathe();
    }
  }
}
`;

export async function profiledRows(dist: string): Promise<Row[]> {
  const { exercises } = await readPack(path.join(dist, "exercises/transformers-and-llms"));
  const supervisor = createSupervisor({ dist, backend: "wasm" });
  try {
    const rows: Row[] = [];
    for (const program of PROGRAMS)
      rows.push(...(await rowsOf(supervisor, program, exercises.find(({ slug }) => slug.startsWith(program.exercise)) as Exercise)));
    return rows;
  } finally {
    await supervisor.dispose();
  }
}

async function rowsOf(supervisor: Supervisor, program: Program, exercise: Exercise): Promise<Row[]> {
  const [bare, spans, profiled, said]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let round = 0; round < ROUNDS; round++) {
    const plain = await measured(supervisor, program, exercise, false);
    const recorded = await measured(supervisor, program, exercise, true);
    bare.push(...plain.bare);
    spans.push(...plain.spans);
    profiled.push(...recorded.spans);
    said.push(recorded.said);
  }
  const row = (what: string, times: readonly number[]): Row => ({ metric: "tracing_overhead", what: `${program.what}, ${what}`, unit: "ms", ...spread(times) });
  const against = (times: readonly number[]) => ({ ratio: median(times) / median(bare), to: "bare" });
  const note = `the panel would say that recording cost ${median(said).toFixed(1)} %`;
  return [
    row("bare", bare),
    { ...row("with spans", spans), ...against(spans) },
    { ...row("with every operation recorded", profiled), ...against(profiled), note },
  ];
}

async function measured(supervisor: Supervisor, program: Program, exercise: Exercise, profile: boolean) {
  const times = { bare: [] as number[], spans: [] as number[], said: Number.NaN };
  const result = await supervisor.run({
    exercise: { ...exercise, files: { ...exercise.files, "run.ts": runOf(program) } },
    attempt: implementationTree(exercise, "reference"),
    profile,
    onEvent: (event) => {
      if (event.kind === "points") for (const { series, value } of event.points) times[series as "bare" | "spans"].push(value);
      if (event.kind === "profile") times.said = (100 * event.profile.recordingMs) / event.profile.ms;
    },
  });
  if (result.state !== "finished") throw new Error(result.fault?.message ?? result.state);
  return times;
}
