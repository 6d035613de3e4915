/** What the host posts, checked before it is believed: a malformed update must not break the page. */
import * as z from "zod/mini";
import type { PanelUpdate } from "../../extension/protocol/panel.ts";
import type { Point } from "./state.ts";

/** @returns the update, or a sentence that says what is wrong with it */
export function parseUpdate(data: unknown): PanelUpdate | string {
  const parsed = update.safeParse(data);
  return parsed.success ? parsed.data : `not an update of the panel: ${z.prettifyError(parsed.error)}`;
}

// Without this zod probes for `eval`, which the page's policy forbids and reports.
z.config({ jitless: true });

const backendName = z.enum(["tfjs-node-gpu", "webgpu", "tfjs-node", "wasm", "cpu"]);
const backend = z.object({ name: backendName, device: z.string(), skipped: z.array(z.object({ name: backendName, reason: z.string() })) });
const location = z.object({ file: z.string(), line: z.number(), column: z.number() });
/** A number that may have been NaN or infinite before it was JSON. */
const measured = z.pipe(z.unknown(), z.transform(fromJson));
const axis = z.optional(z.object({ label: z.optional(z.string()), log: z.optional(z.boolean()) }));
const plot = z.object({ title: z.string(), series: z.array(z.string()), x: axis, y: axis });
/** By hand, for there are many of them. */
const points = z.pipe(
  z.array(z.unknown()),
  z.transform((all) => all.flatMap(point)),
);
const series = z.array(z.object({ name: z.string(), points }));

const head = {
  id: z.string(),
  exercise: z.string(),
  title: z.string(),
  state: z.enum(["starting", "running", "grading", "finished", "cancelled", "errored"]),
  message: z.optional(z.string()),
  backend: z.optional(backend),
  scale: z.enum(["quick", "full"]),
  startedAt: z.string(),
  endedAt: z.optional(z.string()),
  progress: z.optional(z.object({ done: z.number(), total: z.number(), label: z.optional(z.string()) })),
  plots: z.array(plot),
  output: z.string(),
};

const outcome = z.enum(["passed", "failed", "errored", "timedOut", "notGraded"]);
const mismatch = z.object({
  kind: z.enum(["type", "dtype", "shape", "values", "property"]),
  path: z.string(),
  got: z.string(),
  want: z.string(),
  worstIndex: z.optional(z.array(z.number())),
  differing: z.optional(z.number()),
  total: z.optional(z.number()),
  nan: z.optional(z.number()),
  infinite: z.optional(z.number()),
  maxError: z.optional(measured),
});
const check = z.object({
  id: z.string(),
  title: z.string(),
  hidden: z.boolean(),
  when: z.enum(["save", "run"]),
  points: z.number(),
  outcome,
  message: z.string(),
  hint: z.optional(z.string()),
  diagnosis: z.optional(z.object({ misconception: z.string(), sentence: z.string(), distance: measured })),
  mismatch: z.optional(mismatch),
  location: z.optional(location),
  ms: z.number(),
});
const grade = z.object({
  exercise: z.string(),
  pack: z.string(),
  packVersion: z.string(),
  outcome,
  score: z.number(),
  points: z.number(),
  tier: z.enum(["save", "run"]),
  unasked: z.optional(z.array(z.object({ id: z.string(), title: z.string(), hidden: z.boolean(), points: z.number() }))),
  checks: z.array(check),
  problem: z.optional(z.object({ message: z.string(), location: z.optional(location) })),
  backend,
  seed: z.number(),
  digests: z.object({ attempt: z.string(), pack: z.string(), runtime: z.string() }),
  startedAt: z.string(),
  ms: z.number(),
});

const subject = { exercise: z.optional(z.string()), title: z.optional(z.string()), mayCompare: z.optional(z.boolean()), notice: z.optional(z.string()) };
const update = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("show"),
    run: z.optional(z.object({ ...head, series })),
    grade: z.optional(grade),
    tab: z.optional(z.enum(["plots", "checks"])),
    ...subject,
  }),
  z.object({ kind: z.literal("append"), run: z.string(), series }),
  z.object({ kind: z.literal("state"), run: z.object(head) }),
  z.object({ kind: z.literal("grade"), grade }),
]);

function point(pair: unknown): readonly Point[] {
  if (!Array.isArray(pair)) return [];
  const [step, value] = pair as unknown[];
  return typeof step === "number" && Number.isFinite(step) ? [[step, fromJson(value)]] : [];
}

/** The inverse of `toJson` for one number; anything else is not a number. */
function fromJson(value: unknown): number {
  if (typeof value === "number") return value;
  return value === "Infinity" ? Number.POSITIVE_INFINITY : value === "-Infinity" ? Number.NEGATIVE_INFINITY : Number.NaN;
}
