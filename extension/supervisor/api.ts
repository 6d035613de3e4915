/** What the supervisor offers to the command line and to the editor. */
import type { Exercise } from "../exercise/model.ts";
import type { Containment, ContainmentName } from "../protocol/containment.ts";
import type { CheckDescription, CheckResult, Grade } from "../protocol/grade.ts";
import type { GradeParams, ImplementationName, Outside } from "../protocol/grader.ts";
import type { ProviderName } from "../protocol/pretrained.ts";
import type { BackendInfo, BackendName, ImplementationFault, RunEvent, SourceTree } from "../protocol/runtime.ts";
import type { Judged } from "./gradeSession.ts";
import type { Ladder } from "./ladder.ts";
import type { NodeProgram } from "./node.ts";
import type { Process } from "./process.ts";

export interface GradeRequest {
  readonly exercise: Exercise;
  /** The attempt as it was when the grade was asked for; `readAttempt` makes it from a folder. */
  readonly attempt: SourceTree;
  readonly tier: "save" | "run";
  /** Drawn anew when absent; a grade whose seed was named is a replay. */
  readonly seed?: number;
  readonly corpus?: string;
  /** What to judge instead of the attempt; for verify. */
  readonly subject?: ImplementationName;
  readonly signal?: AbortSignal;
  readonly onCheck?: (result: CheckResult) => void;
  /** What the attempt printed while it was asked. */
  readonly onOutput?: (text: string) => void;
}

/** Checks with one seed, to be asked of one implementation after another; for verify. */
export interface ExaminationRequest {
  readonly exercise: Exercise;
  readonly tier: "save" | "run";
  readonly seed: number;
  /** Titles of the checks to ask; all of the tier when absent. */
  readonly only?: readonly string[];
}

export interface Examination {
  /** Every check of the exercise. */
  readonly checks: readonly CheckDescription[];
  /** Rejects when the grader dies. */
  grade(attempt: SourceTree, params: GradeParams): Promise<Judged>;
  end(): Promise<void>;
}

/** The checks of an exercise cannot be asked: they do not load, or their process dies. */
export class PackFault extends Error {
  readonly fault: ImplementationFault;
  constructor(fault: ImplementationFault) {
    super(fault.message);
    this.name = "PackFault";
    this.fault = fault;
  }
}

export interface RunRequest {
  readonly exercise: Exercise;
  readonly attempt: SourceTree;
  readonly scale?: "quick" | "full";
  /** Records every operation. */
  readonly profile?: boolean;
  readonly seed?: number;
  readonly corpus?: string;
  readonly signal?: AbortSignal;
  readonly onBackend?: (backend: BackendInfo) => void;
  readonly onEvent: (event: RunEvent) => void;
  /** What the learner's program printed. */
  readonly onOutput?: (text: string) => void;
}

export interface RunResult {
  readonly state: "finished" | "cancelled" | "errored";
  readonly backend?: BackendInfo;
  readonly seed: number;
  readonly ms: number;
  /** Why it is `errored`. */
  readonly fault?: ImplementationFault;
}

/** One per extension host or command. */
export interface Supervisor {
  /** Rejects with an AbortError when cancelled; a machine fault is a grade `notGraded`, not a rejection. */
  grade(request: GradeRequest): Promise<Grade>;
  run(request: RunRequest): Promise<RunResult>;
  /** @throws {PackFault} */
  examine(request: ExaminationRequest): Promise<Examination>;
  /** Prepares a grade of an exercise that is likely to be graded soon; resolves when it is prepared, never rejects. */
  warm(exercise: Exercise, corpus?: string): Promise<void>;
  /** The Node program that runs everything; for `practicum doctor`. */
  node(): Promise<NodeProgram>;
  /** What of the operating system holds the programs that run code of learners and packs. */
  containment(): Promise<Containment>;
  /** The backends that runs choose from. */
  ladder(): Promise<Ladder>;
  /** Starts ONNX Runtime on an execution provider; for `practicum doctor`. */
  oracle(provider?: string): Promise<Process>;
  /** Ends every process. */
  dispose(): Promise<void>;
}

export interface SupervisorOptions {
  /** Folder with the built `runtime.mjs`, `grader.mjs`, `oracle.mjs`. */
  readonly dist: string;
  readonly log?: (line: string) => void;
  /** Milliseconds after the last grade, or the last exercise that was opened, until no process waits any more; ten minutes by default. */
  readonly idleMs?: number;
  /** Node program to run them with; found by `findNode` when absent. */
  readonly node?: string;
  /** The one backend that runs use; the best by default. */
  readonly backend?: BackendName;
  /** The one execution provider of ONNX Runtime that computes pretrained models; the best by default. */
  readonly executionProvider?: ProviderName;
  /** Rungs of containment to try, best first; all by default. */
  readonly containment?: readonly ContainmentName[];
  /** What the system says of a process, by pid; for tests of a system that says nothing. */
  readonly outside?: (pid: number) => Outside | undefined;
  /** Folder that backends are installed in; absent, only what comes with Practicum is used. */
  readonly backends?: string;
}
