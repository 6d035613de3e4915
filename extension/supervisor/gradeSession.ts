/**
 * One grade: a grader, and the runtimes that it asks. What does not depend on the attempt (checks loaded, expected answers had)
 * is done by `prepare`, which may run long before the attempt is saved.
 */
import { type MessageConnection, ResponseError } from "vscode-jsonrpc/node";
import type { Exercise } from "../exercise/model.ts";
import { checkFiles, checkTree, implementationTree, sentences } from "../exercise/tree.ts";
import { BOUNDS, grantedSeconds } from "../protocol/bounds.ts";
import { faultFrom } from "../protocol/fault.ts";
import type { CheckDescription, CheckResult, UnaskedCheck } from "../protocol/grade.ts";
import {
  AskRequest,
  type Budget,
  CheckFinished,
  type GradeParams,
  GradeRequest,
  type ImplementationName,
  type Outside,
  OutsideRequest,
  PartNotification,
  PartOfAnswerRequest,
  PrepareRequest,
  REFUSED,
  SettleRequest,
  type StartParams,
  StartRequest,
  type StartResult,
  StopNotification,
} from "../protocol/grader.ts";
import {
  AnswerPartRequest,
  type BackendInfo,
  type BackendName,
  type CallParams,
  CallRequest,
  type CallResult,
  IMPLEMENTATION_FAULT,
  type ImplementationFault,
  LoadRequest,
  SettledRequest,
  type SourceTree,
} from "../protocol/runtime.ts";
import { Clock, timeFault } from "./clock.ts";
import { answerFrom, descriptionsFrom, resultFrom } from "./gradeAnswer.ts";
import { gradingRungs, rungsArgument, SANDBOXED } from "./ladder.ts";
import { outsideOf } from "./outside.ts";
import { PackClock } from "./packClock.ts";
import { killed, type Process } from "./process.ts";
import type { ProgramName } from "./programs.ts";
import { runtimeSeed } from "./seeds.ts";
import type { Spares } from "./spares.ts";
import { gradeMemory, watch } from "./watch.ts";

export interface SessionOptions {
  readonly exercise: Exercise;
  readonly tier: "save" | "run";
  readonly seed: number;
  readonly corpus?: string;
  /** Titles of the checks that are to be asked at all; every one of the tier when absent. */
  readonly only?: readonly string[];
  /** The one backend that the learner wants, where a grade can use it. */
  readonly pin?: BackendName;
  readonly spares: Spares;
  /** What the system says of a process; for tests of a system that says nothing. */
  readonly outside?: (pid: number) => Outside | undefined;
  readonly log: (line: string) => void;
}

export interface Judged {
  readonly results: readonly CheckResult[];
  /** Checks of the slower tier, which were not asked. */
  readonly unasked: readonly UnaskedCheck[];
  readonly backend?: BackendInfo;
  /** Why the attempt as a whole could not be loaded. */
  readonly problem?: ImplementationFault;
}

/** What the grader has started, with the time of its newest question. */
interface Started {
  readonly process: Process;
  readonly implementation: number;
  clock?: { readonly question: number; readonly of: Clock };
}

export class GradeSession {
  readonly options: SessionOptions;
  /** Every check of the exercise, once it is prepared. */
  checks: readonly CheckDescription[] = [];
  readonly #processes: Process[] = [];
  /** What the grader has started: its id is the index. */
  readonly #started: Started[] = [];
  #pack: Promise<Process> | undefined;
  #prepared: Promise<Process> | undefined;
  /** Of the grader's own work. */
  #packClock: PackClock | undefined;
  #attempt: SourceTree | undefined;
  /** The attempt, started before the grader asks for it. */
  #early: Promise<StartResult> | undefined;
  #judged: { backend?: BackendInfo; problem?: ImplementationFault } = {};
  #disposed = false;
  #onOutput: (text: string) => void = () => {};

  constructor(options: SessionOptions) {
    this.options = options;
  }

  /** Loads the checks and asks the reference. @returns the grader */
  prepare(): Promise<Process> {
    this.#prepared ??= this.#prepare();
    return this.#prepared;
  }

  /** One attempt after another may be graded: what does not depend on it is done once. */
  async grade(
    attempt: SourceTree,
    onCheck: (result: CheckResult) => void = () => {},
    onOutput: (text: string) => void = () => {},
    params: GradeParams = {},
  ): Promise<Judged> {
    this.#attempt = attempt;
    this.#judged = {};
    this.#onOutput = onOutput;
    const preparing = this.prepare();
    this.#early = this.#start({ name: "attempt" });
    this.#early.catch(() => {}); // the grader hears of it when it asks
    const grader = await preparing;
    grader.connection.onNotification(CheckFinished, (data) => {
      const result = resultFrom(data, (line) => this.options.log(`${this.options.exercise.id}: ${line}`));
      if (result) onCheck(result);
    });
    const answer = answerFrom(await this.#atWork(grader, (connection) => connection.sendRequest(GradeRequest, params)));
    return { ...answer, ...this.#judged };
  }

  /** Ends all its processes; what is still being asked fails. */
  dispose(): Promise<void> {
    this.#disposed = true;
    return killed(this.#processes);
  }

  async #prepare(): Promise<Process> {
    const { exercise, seed, tier, only, log } = this.options;
    const grader = this.#take("grader", "The process of the checks");
    this.#pack = readied(this.#take("runtime", OF_PACK));
    this.#pack.catch(() => {}); // told when it is asked
    grader.onOutput = (text) => log(`grader: ${text.trimEnd()}`);
    const clock = new PackClock(grader);
    this.#packClock = clock;
    grader.connection.onNotification(PartNotification, (part) => clock.begin(part));
    grader.connection.onRequest(StartRequest, (params) =>
      clock.waits(() => (params.name === "attempt" && !params.alone ? this.#startAttempt() : this.#start(params))),
    );
    grader.connection.onRequest(AskRequest, ({ id, budget, ...call }) => clock.waits(() => this.#ask(this.#at(id), budget, call)));
    grader.connection.onRequest(PartOfAnswerRequest, ({ id, budget, answer, part }) =>
      clock.waits(() => this.#timed(this.#at(id), budget, (connection) => connection.sendRequest(AnswerPartRequest, { answer, part }))),
    );
    grader.connection.onRequest(SettleRequest, ({ id }) => clock.waits(() => this.#settled(this.#at(id))));
    grader.connection.onRequest(OutsideRequest, ({ id }) => clock.waits(() => this.#outside(this.#at(id))));
    grader.connection.onNotification(StopNotification, ({ id }) => this.#at(id).process.kill());
    await grader.ready;
    const sources = { exercise: exercise.id, checks: checkTree(exercise), checkFiles: checkFiles(exercise), sentences: sentences(exercise) };
    const { checks } = await this.#atWork(grader, (connection) => connection.sendRequest(PrepareRequest, { ...sources, seed, tier, only }));
    this.checks = descriptionsFrom(checks);
    return grader;
  }

  /** Asks the grader to work, by its own clock. */
  #atWork<R>(grader: Process, request: Parameters<typeof grader.ask<R>>[0]): Promise<R> {
    return (this.#packClock as PackClock).works(() => grader.ask(request));
  }

  #ask(started: Started, budget: Budget, call: Omit<CallParams, "implementation">): Promise<CallResult> {
    const { implementation } = started;
    return this.#timed(started, budget, (connection) => connection.sendRequest(CallRequest, { ...call, implementation }));
  }

  /** All calls of a question have their time together. */
  #timed<R>(started: Started, { question, seconds: asked }: Budget, request: (connection: MessageConnection) => Promise<R>): Promise<R> {
    const { process } = started;
    const seconds = grantedSeconds(asked);
    if (started.clock?.question !== question) started.clock = { question, of: timed(process, seconds, `No answer within ${seconds} s.`) };
    return started.clock.of.during(() => process.ask(request));
  }

  /** What an answer has left to be done has the time of a check. */
  #settled({ process }: Started): Promise<null> {
    const { save } = BOUNDS.checkSeconds;
    const clock = timed(process, save, `It was still at work ${save} s after its answer.`);
    return clock.during(() => process.ask((connection) => connection.sendRequest(SettledRequest, null)));
  }

  /** One that has ended since is started anew. */
  #startAttempt(): Promise<StartResult> {
    const early = this.#early;
    this.#early = undefined;
    return early ?? this.#start({ name: "attempt" });
  }

  async #start({ name, alone = false }: StartParams): Promise<StartResult> {
    const process = await this.#processFor(name, alone);
    try {
      const params = { source: this.#sourceOf(name), seed: runtimeSeed(this.options.seed), corpus: this.options.corpus };
      const clock = timed(process, BOUNDS.loadSeconds, `It did not load within ${BOUNDS.loadSeconds} s.`);
      const load = await clock.during(() => process.ask((connection) => connection.sendRequest(LoadRequest, params)));
      return { id: this.#started.push({ process, implementation: load.implementation }) - 1, load };
    } catch (error) {
      if (name === "attempt" && error instanceof ResponseError && error.code === IMPLEMENTATION_FAULT) this.#judged.problem = faultFrom(error.data);
      throw error;
    }
  }

  /** One that the system no longer lists has ended, or ends at once. */
  #outside({ process }: Started): Promise<Outside> {
    const { outside = outsideOf } = this.options;
    const { programPid } = process;
    return process.ask(async () => (programPid === undefined ? {} : (outside(programPid) ?? new Promise<never>(() => {}))));
  }

  /** The attempt has a process to itself, as has the oracle; pack code shares one. */
  async #processFor(name: ImplementationName, alone: boolean): Promise<Process> {
    if (name === "attempt") {
      const process = this.#take("runtime", "Your attempt");
      process.onOutput = this.#onOutput;
      this.#judged.backend = await process.ready;
      return process;
    }
    if (name === "oracle") return readied(this.#take("oracle", "The oracle"));
    if (alone) return readied(this.#take("runtime", OF_PACK));
    this.#pack = (await this.#pack)?.running ? this.#pack : readied(this.#take("runtime", OF_PACK));
    return this.#pack as Promise<Process>;
  }

  #sourceOf(name: ImplementationName): SourceTree {
    const { exercise } = this.options;
    if (name === "oracle") return { root: exercise.folder, entry: "", files: graphs(exercise) };
    if (name !== "attempt") return implementationTree(exercise, name);
    if (!this.#attempt) throw new Error("the attempt is asked for before there is one");
    return this.#attempt;
  }

  /** @param who of it is told, should it take too much */
  #take(program: ProgramName, who: string): Process {
    if (this.#disposed) throw new Error("this grade has ended");
    if (this.#processes.filter(({ running }) => running).length >= BOUNDS.gradeProcesses)
      throw new ResponseError(REFUSED, `A grade has at most ${BOUNDS.gradeProcesses} processes at a time: ask one question after another.`);
    const process = this.options.spares.take(program, program === "runtime" ? this.#rungs() : undefined);
    this.#processes.push(process);
    watch(process, { who, memoryMiB: gradeMemory(this.options.exercise.limits?.memoryMiB) });
    return process;
  }

  /** None where all are as they are by default. */
  #rungs(): readonly string[] {
    const rungs = gradingRungs(this.options.exercise.backend, this.options.pin);
    return rungs.length === SANDBOXED.length ? [] : rungsArgument(rungs);
  }

  #at(id: number) {
    const found = this.#started[id];
    if (!found) throw new Error(`the grader asks implementation ${id}, which it has not started`);
    return found;
  }
}

const OF_PACK = "The process of the reference";

/** @param late what is said when its time is over */
const timed = (process: Process, seconds: number, late: string): Clock =>
  new Clock({ pid: () => process.programPid, limitMs: seconds * 1000, onOver: (over, clock) => process.stop(timeFault(over, clock, late)) });

const readied = async (process: Process): Promise<Process> => {
  await process.ready;
  return process;
};

/** `oracle/x.onnx` -> `x.onnx`, base64 */
const graphs = ({ binaries }: Exercise): Record<string, string> =>
  Object.fromEntries(Object.entries(binaries).flatMap(([file, base64]) => (/^oracle\/.*\.onnx$/.test(file) ? [[file.slice("oracle/".length), base64]] : [])));
