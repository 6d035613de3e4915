/** What a command works with. */
import { stat } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../errors.ts";
import type { Exercise, Pack } from "../exercise/model.ts";
import { graded, type Progress } from "../exercise/progress.ts";
import { backendsFolder, dataFolder } from "../packs/places.ts";
import { Shelf } from "../packs/shelf.ts";
import type { Grade } from "../protocol/grade.ts";
import type { ProviderName } from "../protocol/pretrained.ts";
import type { BackendName, SourceTree } from "../protocol/runtime.ts";
import type { Supervisor } from "../supervisor/api.ts";
import { attemptsBelow, findAttempt, readAttempt } from "../supervisor/attempt.ts";
import { findExercise, readPack, readPacks } from "../supervisor/packStore.ts";
import { findLearnerFolder, ProgressFile } from "../supervisor/progressFile.ts";
import { createSupervisor } from "../supervisor/supervisor.ts";
import type { Terminal } from "./terminal.ts";

export interface ContextOptions {
  readonly dist: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Folder of the pack to use instead of the built-in ones. */
  readonly pack?: string;
  readonly verbose?: boolean;
  readonly backend?: BackendName | "auto";
  readonly executionProvider?: ProviderName | "auto";
}

export class Context {
  readonly dist: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly #options: ContextOptions;
  #supervisor: Supervisor | undefined;

  constructor(options: ContextOptions) {
    this.#options = options;
    this.dist = options.dist;
    this.terminal = options.terminal;
    this.signal = options.signal;
  }

  /** Those that come with Practicum, then those that are installed. */
  async packs(): Promise<readonly Pack[]> {
    const { pack } = this.#options;
    if (pack !== undefined) return [await readPack(pack)];
    return [...(await readPacks(path.join(this.dist, "exercises"))), ...(await this.shelf.packs())];
  }

  get shelf(): Shelf {
    return new Shelf(dataFolder(), path.join(this.dist, "exercises"));
  }

  async exercise(wanted: string): Promise<Exercise> {
    return findExercise(await this.packs(), wanted);
  }

  /** The attempt in the folder; by default the one that we are in, or the one that `open` makes here. */
  async attempt(exercise: Exercise, folder: string | undefined): Promise<SourceTree> {
    return readAttempt(exercise, folder ?? (await here(exercise)) ?? exercise.slug);
  }

  /** Of the learner whose folder we are in, else of the usual one. */
  async progress(): Promise<Progress> {
    return this.#progressIn(await findLearnerFolder(process.cwd())).mended();
  }

  /** Exercise -> folder of the learner's attempt at it: here, or in the learner's folder. */
  async attempts(): Promise<ReadonlyMap<string, string>> {
    const [below, own] = [await attemptsBelow(await findLearnerFolder(process.cwd())), await findAttempt(process.cwd())];
    return new Map([...below, ...(await attemptsBelow(process.cwd(), 1)), ...(own ? [[own.marker.exercise, own.folder] as const] : [])]);
  }

  /** Keeps what a grade adds to a learner's progress. Only a folder that `open` made is a learner's: grading a reference or a pupil's file adds nothing. */
  async record(attempt: SourceTree, grade: Grade): Promise<void> {
    const found = await findAttempt(attempt.root);
    if (found?.marker.exercise !== grade.exercise) return;
    const file = this.#progressIn(await findLearnerFolder(attempt.root));
    try {
      await file.update((progress) => graded(progress, grade));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.terminal.warn(`Your progress was not kept. ${error.message} ${error.remedy}`); // the grade stands all the same
    }
  }

  #progressIn(folder: string): ProgressFile {
    return new ProgressFile(folder, ({ message, remedy }) => this.terminal.warn(`${message} ${remedy}`));
  }

  get supervisor(): Supervisor {
    const log = this.#options.verbose ? (line: string) => this.terminal.warn(line) : undefined;
    const { backend = "auto", executionProvider = "auto" } = this.#options;
    this.#supervisor ??= createSupervisor({
      dist: this.dist,
      log,
      backends: backendsFolder(),
      ...(backend !== "auto" && { backend }),
      ...(executionProvider !== "auto" && { executionProvider }),
    });
    return this.#supervisor;
  }

  async dispose(): Promise<void> {
    await this.#supervisor?.dispose();
  }
}

async function here(exercise: Exercise): Promise<string | undefined> {
  const attempt = await findAttempt(process.cwd());
  if (attempt) return attempt.marker.exercise === exercise.id ? attempt.folder : undefined;
  const entry = await stat(exercise.entry).catch(() => undefined);
  return entry?.isFile() ? process.cwd() : undefined;
}
