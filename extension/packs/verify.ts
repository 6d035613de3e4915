/** Verify: a pack is proven, or it is said what refuses it, with file and line. */
import { availableParallelism } from "node:os";
import path from "node:path";
import { UserError } from "../errors.ts";
import type { Exercise } from "../exercise/model.ts";
import { exerciseFiles } from "../exercise/scaffold.ts";
import { PackFault, type Supervisor } from "../supervisor/api.ts";
import { readPack } from "../supervisor/packStore.ts";
import { earlierIds } from "./earlierIds.ts";
import { gatherEvidence, type Means, SEEDS } from "./evidence.ts";
import { EvidenceCache } from "./evidenceCache.ts";
import { fileRules, idRules, inFolder, packRules } from "./fileRules.ts";
import { judgeEvidence } from "./judgeEvidence.ts";
import { leaks } from "./leaks.ts";
import { Pool } from "./pool.ts";
import type { ExerciseProof, PackProof, Problem } from "./proof.ts";
import { readFolder } from "./registry.ts";
import { statementRules } from "./statementRules.ts";
import { typeRules } from "./typeRules.ts";

export interface VerifyOptions {
  readonly supervisor: Supervisor;
  /** Folder with what was built: the programs, and the declarations for types. */
  readonly dist: string;
  /** "save": the fast checks only. */
  readonly tier: "save" | "run";
  /** That each check is asked with, fast or slow, instead of a few: so many find out a check that chance decides. */
  readonly seeds?: number;
  /** Of one exercise: its folder, id or number. */
  readonly exercise?: string;
  /** Where evidence is kept; undefined: everything is asked anew. */
  readonly cacheFolder?: string;
  /** TypeScript's `tsc.js`, where Practicum has none installed. */
  readonly compiler?: string;
  readonly signal?: AbortSignal;
  /** Processes that compute at a time; as many as there are cores when absent. */
  readonly workers?: number;
  readonly onProgress?: (done: number, planned: number, words: string) => void;
  /** Hears of each exercise as soon as it is proven, or refused. */
  readonly onExercise?: (proof: ExerciseProof) => void;
}

export async function verifyPack(folder: string, options: VerifyOptions): Promise<PackProof> {
  const started = performance.now();
  const { tier } = options;
  const pack = await orProblem(() => readPack(folder));
  if ("message" in pack)
    return {
      pack: path.basename(folder),
      version: "",
      digest: "",
      title: "",
      tier,
      proven: false,
      problems: [pack],
      exercises: [],
      ms: performance.now() - started,
    };
  const means = await meansFor(options);
  const wanted = pack.exercises.filter((exercise) => options.exercise === undefined || isNamed(exercise, options.exercise));
  if (wanted.length === 0)
    throw new UserError(`The pack has no exercise "${options.exercise}".`, `It has ${pack.exercises.map(({ slug }) => slug).join(", ")}.`);
  const exercises = await Promise.all(
    wanted.map(async (exercise) => {
      const proof = await proveExercise(exercise, means, options);
      options.onExercise?.(proof);
      return proof;
    }),
  );
  const files = await readFolder(pack.folder);
  const problems = [...packRules(pack, [...files.keys()], files.get("README.md")?.toString()), ...idRules(pack, await earlierIds(pack))];
  const proven = [problems, ...exercises.map((proof) => proof.problems)].every((list) => list.length === 0);
  return { pack: pack.id, version: pack.version, digest: pack.digest, title: pack.title, tier, proven, problems, exercises, ms: performance.now() - started };
}

async function proveExercise(
  exercise: Exercise,
  means: Means & { readonly cache: EvidenceCache },
  { supervisor, dist, compiler, signal }: VerifyOptions,
): Promise<ExerciseProof> {
  const { id, slug, title } = exercise;
  const types = means.cache.through(exercise, "types", async () => ({
    problems: await means.pool.run(3, async () => typeRules(exercise, { node: await supervisor.node(), dist, compiler, signal })),
  }));
  types.catch(() => {}); // told below, unless something else is told first
  const prose = [...fileRules(exercise), ...statementRules(exercise), ...leaks(exercise, exerciseFiles(exercise))];
  const evidence = await orProblem(() => gatherEvidence(exercise, means));
  const said = [...prose, ...(await types).problems];
  const nothing = { seeds: { save: [], run: [] }, checks: [], implementations: [], ms: 0 };
  if ("message" in evidence) return { id, slug, title, ...nothing, problems: inFolder(slug, [...said, inExercise(exercise, evidence)]), cached: false };
  const judged = judgeEvidence(exercise, evidence, means.tier);
  return { id, slug, title, ...judged, backend: evidence.backend, problems: inFolder(slug, [...said, ...judged.problems]), cached: evidence.cached };
}

async function meansFor({
  supervisor,
  dist,
  tier,
  seeds,
  cacheFolder,
  signal,
  workers = availableParallelism(),
  onProgress = () => {},
}: VerifyOptions): Promise<Means> {
  let [done, planned] = [0, 0];
  const node = await supervisor.node();
  return {
    supervisor,
    pool: new Pool(workers),
    cache: await EvidenceCache.open(cacheFolder, dist, `${node.version} ${process.platform}-${process.arch}`),
    signal,
    tier,
    seeds: seeds === undefined ? SEEDS : { save: seeds, run: seeds },
    onWork: (more, finished, words) => {
      planned += more;
      done += finished;
      onProgress(done, planned, words);
    },
  };
}

const isNamed = ({ slug, id }: Exercise, wanted: string): boolean =>
  slug === wanted || id === wanted || (/^\d+$/.test(wanted) && Number.parseInt(slug, 10) === Number(wanted));

/** What the author can do something about is a problem of the pack. */
async function orProblem<T>(work: () => Promise<T>): Promise<T | Problem> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) return { message: error.message, remedy: error.remedy };
    if (!(error instanceof PackFault)) throw error;
    const { location, message, kind } = error.fault;
    const remedy = kind === "busy" ? "Verify again when the machine has less to do." : "The checks have to load, and to end.";
    return { file: location?.file, line: location?.line, message, remedy };
  }
}

const inExercise = ({ folder }: Exercise, problem: Problem): Problem => ({
  ...problem,
  file: problem.file === undefined ? undefined : path.relative(folder, problem.file).split(path.sep).join("/"),
});
