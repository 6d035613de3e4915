/** Asks the checks of an exercise of all its implementations, with fixed seeds. What it means is `judgeEvidence`'s work. */
import { createHash } from "node:crypto";
import type { Exercise } from "../exercise/model.ts";
import { implementationTree, namesOf, starterTree } from "../exercise/tree.ts";
import { asksReference } from "../grading/expectation.ts";
import type { CheckDescription, CheckResult, Evidence } from "../protocol/grade.ts";
import type { ImplementationName } from "../protocol/grader.ts";
import type { BackendInfo, ImplementationFault } from "../protocol/runtime.ts";
import { PackFault, type Supervisor } from "../supervisor/api.ts";
import type { EvidenceCache } from "./evidenceCache.ts";
import type { Pool } from "./pool.ts";

export interface Observed extends Evidence, Pick<CheckResult, "title" | "outcome" | "message" | "ms"> {
  /** The misconception that was named. */
  readonly diagnosis?: string;
  readonly line?: number;
}

/** One implementation, asked once with one seed. */
export interface Observation {
  readonly name: SubjectName;
  readonly seed: number;
  /** The same was asked before: the answers have to be the same. */
  readonly again?: boolean;
  readonly results: readonly Observed[];
  /** Why it could not be asked at all. */
  readonly problem?: ImplementationFault;
}

export type SubjectName = "starter" | Exclude<ImplementationName, "attempt" | "oracle">;

export interface ExerciseEvidence {
  readonly checks: readonly CheckDescription[];
  readonly backend?: BackendInfo;
  readonly observations: readonly Observation[];
  /** That the checks on save and the slow ones were asked with. */
  readonly seeds: Readonly<Record<Tier, readonly number[]>>;
  readonly cached: boolean;
}

type Tier = "save" | "run";

/** How many. */
export type SeedCounts = Readonly<Record<Tier, number>>;

/** Slow checks train: a second seed would double what a proof takes. */
export const SEEDS: SeedCounts = { save: 5, run: 1 };

export interface Means {
  readonly supervisor: Supervisor;
  readonly pool: Pool;
  readonly cache: EvidenceCache;
  readonly signal?: AbortSignal;
  readonly tier: Tier;
  readonly seeds: SeedCounts;
  /** Hears of what is to be asked, and of what has been. */
  readonly onWork: (planned: number, done: number, words: string) => void;
}

interface Subject {
  readonly name: SubjectName;
  readonly only: readonly string[];
  readonly again?: boolean;
  readonly diagnose?: boolean;
}

/** Sessions that train go first, so that none of them is left over at the end. */
const URGENCY = { describe: 2, run: 1, save: 0 } as const;

/** Fixed for an exercise: a proof gives the same answer each time. */
const seedsOf = ({ id }: Pick<Exercise, "id">, count: number): number[] =>
  Array.from({ length: count }, (_, i) => createHash("sha256").update(`proof ${id} ${i}`).digest().readUInt32LE(0) >>> 1);

/** @throws {PackFault} when the checks do not load */
export async function gatherEvidence(exercise: Exercise, means: Means): Promise<ExerciseEvidence> {
  const described = await means.cache.through(exercise, "checks", () => describe(exercise, means));
  const parts = means.tier === "run" ? (["run", "save"] as const) : (["save"] as const);
  const found = await Promise.all(
    parts.map((part) => means.cache.through(exercise, `${part} ${means.seeds[part]}`, () => observeAll(exercise, described.checks, part, means), isLasting)),
  );
  return {
    checks: described.checks,
    backend: found.find(({ backend }) => backend)?.backend,
    observations: found.flatMap(({ observations }) => observations),
    seeds: { save: seedsOf(exercise, means.seeds.save), run: seedsOf(exercise, means.seeds.run) },
    cached: found.every(({ cached }) => cached),
  };
}

/** Faults that may be another time's none. */
const PASSING: readonly unknown[] = ["died", "timedOut", "busy"];

/** A busy machine lets time run out: that says nothing of the exercise another time. */
const isLasting = ({ observations }: Part): boolean =>
  observations.every(
    ({ problem, results }) => !PASSING.includes(problem?.kind) && results.every(({ outcome }) => outcome !== "timedOut" && outcome !== "notGraded"),
  );

async function describe(exercise: Exercise, { supervisor, pool }: Means): Promise<{ checks: readonly CheckDescription[] }> {
  return pool.run(URGENCY.describe, async () => {
    const examination = await supervisor.examine({ exercise, tier: "save", seed: 1, only: [] });
    await examination.end();
    return { checks: examination.checks };
  });
}

type Part = Pick<ExerciseEvidence, "observations" | "backend">;

async function observeAll(exercise: Exercise, checks: readonly CheckDescription[], part: Tier, means: Means): Promise<Part> {
  const own = checks.filter(({ when }) => when === part);
  if (own.length === 0) return { observations: [] };
  const seeds = seedsOf(exercise, means.seeds[part]);
  const sessions = part === "save" ? fastSessions(exercise, own, seeds) : seeds.flatMap((seed, i) => slowSessions(exercise, own, checks, seed, i === 0));
  means.onWork(sessions.length, 0, exercise.slug);
  const found = await Promise.all(
    sessions.map(({ seed, subjects }) =>
      means.pool.run(URGENCY[part], async () => {
        means.signal?.throwIfAborted();
        const observed = await observe(exercise, own, part, seed, subjects, means);
        means.onWork(0, 1, exercise.slug);
        return observed;
      }),
    ),
  );
  return { observations: found.flatMap(({ observations }) => observations), backend: found.find(({ backend }) => backend)?.backend };
}

interface Session {
  readonly seed: number;
  readonly subjects: readonly Subject[];
}

/** One session for each seed: the reference answers once for all implementations. */
function fastSessions(exercise: Exercise, own: readonly CheckDescription[], seeds: readonly number[]): Session[] {
  const [starter, reference, ...others] = subjectsOf(exercise, own) as [Subject, Subject, ...Subject[]];
  return seeds.map((seed, i) => ({
    seed,
    subjects: i === 0 ? [starter, reference, { ...reference, again: true }, ...others] : [reference, ...others],
  }));
}

/** A session for each implementation, as it trains for long, unless each session would have to train the reference as well. */
function slowSessions(exercise: Exercise, own: readonly CheckDescription[], all: readonly CheckDescription[], seed: number, first: boolean): Session[] {
  const toldOnSave = new Set(all.filter(({ when }) => when === "save").flatMap(({ catches }) => catches));
  const subjects = subjectsOf(exercise, own).flatMap((subject): Subject[] => {
    if (subject.name === "starter" && !first) return [];
    if (subject.name === "reference" && first) return [subject, { ...subject, again: true }];
    return [{ ...subject, diagnose: !toldOnSave.has(subject.name.replace("misconceptions/", "")) }]; // its own answer would be trained once more
  });
  return own.some(({ expectation }) => asksReference(expectation)) ? [{ seed, subjects }] : subjects.map((subject) => ({ seed, subjects: [subject] }));
}

/** A misconception is asked the checks that name it. */
function subjectsOf(exercise: Exercise, own: readonly CheckDescription[]): Subject[] {
  const { variants, misconceptions } = namesOf(exercise);
  const all = own.map(({ title }) => title);
  const naming = (name: string) => own.filter(({ catches }) => catches.includes(name)).map(({ title }) => title);
  return [
    { name: "starter", only: all },
    { name: "reference", only: all },
    ...variants.map((name) => ({ name: `variants/${name}` as const, only: all })),
    ...misconceptions.map((name) => ({ name: `misconceptions/${name}` as const, only: naming(name) })).filter(({ only }) => only.length > 0),
  ];
}

async function observe(
  exercise: Exercise,
  own: readonly CheckDescription[],
  tier: Tier,
  seed: number,
  subjects: readonly Subject[],
  { supervisor, signal }: Means,
): Promise<Part> {
  const examination = await supervisor.examine({ exercise, tier, seed, only: own.map(({ title }) => title) });
  const end = () => void examination.end();
  signal?.addEventListener("abort", end, { once: true });
  const observations: Observation[] = [];
  let backend: BackendInfo | undefined;
  try {
    for (const { name, only, again, diagnose } of subjects) {
      const tree = name === "starter" ? starterTree(exercise) : implementationTree(exercise, name);
      const judged = await examination.grade(tree, { only, diagnose, evidence: true }).catch(brokenBy);
      signal?.throwIfAborted();
      backend ??= judged.backend;
      observations.push({ name, seed, again, results: judged.results.map(observed), problem: judged.problem });
    }
  } finally {
    signal?.removeEventListener("abort", end);
    await examination.end();
  }
  return { observations, backend };
}

/** A grader that died says nothing of the checks after. */
function brokenBy(error: unknown) {
  if (error instanceof PackFault) return { results: [], problem: error.fault, backend: undefined };
  throw error;
}

const observed = ({ title, outcome, message, ms, location, diagnosis, evidence }: CheckResult): Observed => ({
  title,
  outcome,
  message,
  ms: Math.round(ms),
  ...evidence,
  ...(diagnosis && { diagnosis: diagnosis.misconception }),
  ...(location && { line: location.line }),
});
