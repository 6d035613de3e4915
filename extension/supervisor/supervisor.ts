/** Grades and runs attempts in processes of their own. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { ResponseError } from "vscode-jsonrpc/node";
import { messageOf, UserError } from "../errors.ts";
import type { Exercise } from "../exercise/model.ts";
import { implementationTree } from "../exercise/tree.ts";
import { scoreOf } from "../grading/score.ts";
import type { Containment } from "../protocol/containment.ts";
import { faultFrom } from "../protocol/fault.ts";
import { type Grade, overall } from "../protocol/grade.ts";
import { type BackendInfo, IMPLEMENTATION_FAULT, type ImplementationFault, type SourceTree } from "../protocol/runtime.ts";
import {
  type Examination,
  type ExaminationRequest,
  type GradeRequest,
  PackFault,
  type RunRequest,
  type RunResult,
  type Supervisor,
  type SupervisorOptions,
} from "./api.ts";
import { GradeSession, type Judged } from "./gradeSession.ts";
import type { Climbed, Ladder } from "./ladder.ts";
import type { NodeProgram } from "./node.ts";
import { checksDigest } from "./packStore.ts";
import type { Process } from "./process.ts";
import { ProgramPool } from "./programPool.ts";
import { run } from "./runSession.ts";
import { digestOf, newSeed } from "./seeds.ts";
import type { Spares } from "./spares.ts";

export const createSupervisor = (options: SupervisorOptions): Supervisor => new NodeSupervisor(options);

const IDLE_MS = 10 * 60_000;

class NodeSupervisor implements Supervisor {
  readonly #options: SupervisorOptions;
  readonly #log: (line: string) => void;
  readonly #sessions = new Set<GradeSession>();
  readonly #runs = new Set<AbortController>();
  readonly #pool: ProgramPool;
  #runtimeDigest: Promise<string> | undefined;
  /** A grade on save whose checks are loaded and whose expected answers are had. */
  #prepared: GradeSession | undefined;
  #idle: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#log = options.log ?? (() => {});
    this.#pool = new ProgramPool(options, this.#log);
  }

  async grade(request: GradeRequest): Promise<Grade> {
    const { signal, exercise } = request;
    signal?.throwIfAborted();
    const startedAt = new Date();
    const started = performance.now();
    const session = await this.#sessionFor(request);
    const abort = () => void session.dispose();
    signal?.addEventListener("abort", abort, { once: true });
    try {
      signal?.throwIfAborted(); // it may have been while the session was made
      const attempt = request.subject ? implementationTree(exercise, request.subject) : request.attempt;
      const judged = await this.#judge(session, attempt, request);
      signal?.throwIfAborted();
      return await this.#gradeOf(request, session.options.seed, attempt, judged, startedAt, performance.now() - started);
    } finally {
      signal?.removeEventListener("abort", abort);
      const ended = this.#end(session);
      if (signal?.aborted) await ended;
      else if (request.tier === "save" && !request.subject) setImmediate(() => void this.warm(exercise, request.corpus)); // the verdict comes first
    }
  }

  async examine(request: ExaminationRequest): Promise<Examination> {
    const session = this.#newSession(await this.#pool.spares(), request);
    const orFault = async <T>(work: Promise<T>): Promise<T> => {
      try {
        return await work;
      } catch (error) {
        throw new PackFault(problemOfPack(error));
      }
    };
    try {
      await orFault(session.prepare());
    } catch (error) {
      await this.#end(session);
      throw error;
    }
    return {
      checks: session.checks,
      grade: (attempt, params) => orFault(session.grade(attempt, undefined, undefined, params)),
      end: () => this.#end(session),
    };
  }

  async run(request: RunRequest): Promise<RunResult> {
    const own = new AbortController();
    const signal = request.signal ? AbortSignal.any([request.signal, own.signal]) : own.signal;
    this.#runs.add(own);
    try {
      return await run(
        (signal) => this.#climb(request.exercise, signal),
        { ...request, signal, corpus: corpusOf(request) },
        request.seed ?? newSeed(),
        this.#log,
        await this.#pool.pretrained(),
      );
    } finally {
      this.#runs.delete(own);
    }
  }

  warm(exercise: Exercise, corpus?: string): Promise<void> {
    return this.#warm(exercise, corpus).catch((error: unknown) => {
      if (!this.#disposed) this.#log(`could not prepare ${exercise.id}: ${messageOf(error)}`);
    });
  }

  node(): Promise<NodeProgram> {
    return this.#pool.node();
  }

  async containment(): Promise<Containment> {
    await this.#pool.spares();
    return this.#pool.containment as Containment;
  }

  ladder(): Promise<Ladder> {
    return this.#pool.ladder();
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#idle);
    for (const controller of this.#runs) controller.abort();
    await this.#pool.rest();
    await Promise.all([...this.#sessions].map((session) => session.dispose()));
  }

  async oracle(provider = "cpu"): Promise<Process> {
    return (await this.#pool.spares()).take("oracle", [`--provider=${provider}`]);
  }

  async #climb({ backend }: Exercise, signal?: AbortSignal): Promise<Climbed> {
    return (await this.ladder()).climb(backend, signal);
  }

  async #warm(exercise: Exercise, corpus?: string): Promise<void> {
    const spares = await this.#pool.spares();
    if (this.#disposed) return;
    const request = { exercise, corpus, tier: "save" } as const;
    if (!this.#prepared || !fits(this.#prepared, request)) {
      if (this.#prepared) void this.#end(this.#prepared);
      this.#prepared = this.#newSession(spares, request);
      await this.#prepared.prepare();
    }
    await spares.fill(["runtime"]);
    this.#restartClock();
  }

  async #sessionFor(request: GradeRequest): Promise<GradeSession> {
    const prepared = this.#prepared;
    if (prepared && request.seed === undefined && fits(prepared, request)) {
      this.#prepared = undefined;
      return prepared;
    }
    return this.#newSession(await this.#pool.spares(), request);
  }

  #newSession(spares: Spares, request: Pick<GradeRequest, "exercise" | "tier" | "seed" | "corpus"> & Pick<ExaminationRequest, "only">): GradeSession {
    const { exercise, tier, seed = newSeed(), only } = request;
    const session = new GradeSession({
      exercise,
      tier,
      seed,
      only,
      corpus: corpusOf(request),
      pin: this.#options.backend,
      outside: this.#options.outside,
      spares,
      log: this.#log,
    });
    this.#sessions.add(session);
    return session;
  }

  async #end(session: GradeSession): Promise<void> {
    await session.dispose();
    this.#sessions.delete(session);
  }

  #restartClock(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.#rest(), this.#options.idleMs ?? IDLE_MS).unref();
  }

  /** Ends what waits for a grade. */
  async #rest(): Promise<void> {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    await this.#pool.rest();
    if (prepared) await this.#end(prepared);
  }

  /** A fault of the machine or of the pack is no verdict on the attempt. */
  async #judge(session: GradeSession, attempt: SourceTree, { onCheck, onOutput, signal }: GradeRequest): Promise<Judged> {
    try {
      return await session.grade(attempt, onCheck, onOutput);
    } catch (error) {
      signal?.throwIfAborted();
      this.#log(`grade of ${session.options.exercise.id}: ${error instanceof Error ? error.stack : String(error)}`);
      return { results: [], unasked: [], problem: problemOfPack(error) };
    }
  }

  async #gradeOf(request: GradeRequest, seed: number, attempt: SourceTree, judged: Judged, startedAt: Date, ms: number): Promise<Grade> {
    const { exercise, tier } = request;
    const { results: checks, unasked, problem, backend = this.#noBackend() } = judged;
    return {
      exercise: exercise.id,
      pack: exercise.pack.id,
      packVersion: exercise.pack.version,
      ...scoreOf(checks),
      outcome: overall(checks.map((check) => check.outcome)),
      tier,
      unasked,
      checks,
      ...(problem && { problem: { message: problem.message, ...(problem.location && { location: problem.location }) } }),
      backend,
      seed,
      ...(request.seed !== undefined && { replay: true as const }), // decided here, so that no caller can forget it
      digests: { attempt: digestOf(attempt.files), pack: exercise.pack.digest, checks: checksDigest(exercise), runtime: await this.#digest() },
      startedAt: startedAt.toISOString(),
      ms,
    };
  }

  /** Nothing was started to compute on; the grader was. */
  #noBackend(): BackendInfo {
    const { containment } = this.#pool;
    return { name: "cpu", device: "none", skipped: [], ...(containment && { containment }) };
  }

  #digest(): Promise<string> {
    this.#runtimeDigest ??= readFile(path.join(this.#options.dist, "runtime.mjs")).then((bytes) => createHash("sha256").update(bytes).digest("hex"));
    return this.#runtimeDigest;
  }
}

/** With the place in the pack where its checks broke, when they did. */
function problemOfPack(error: unknown): ImplementationFault {
  const fault = error instanceof ResponseError && error.code === IMPLEMENTATION_FAULT ? faultFrom(error.data) : undefined;
  const kind = fault?.kind === "timedOut" || fault?.kind === "busy" ? fault.kind : "died";
  const why = fault?.message ?? (error instanceof UserError ? `${error.message} ${error.remedy}` : messageOf(error));
  return { kind, message: `The checks could not be run: ${why}`, ...(fault?.location && { location: fault.location }) };
}

/** The learner's own text, or the one that the exercise ships. */
const corpusOf = ({ corpus, exercise }: { readonly corpus?: string; readonly exercise: Exercise }): string | undefined =>
  corpus ?? exercise.files["corpus.txt"];

const fits = ({ options }: GradeSession, request: Pick<GradeRequest, "exercise" | "tier" | "corpus">): boolean =>
  options.exercise.id === request.exercise.id &&
  options.exercise.pack.digest === request.exercise.pack.digest &&
  options.tier === request.tier &&
  options.corpus === corpusOf(request);
