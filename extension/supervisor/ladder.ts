/**
 * Which backend a run computes on: the best rung that starts here. A rung that needs a native addon is tried in a process of its own, which
 * may crash or hang in a driver; it is tried once, and its reason is kept.
 */
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import path from "node:path";
import { messageOf, UserError } from "../errors.ts";
import type { ExerciseManifest } from "../exercise/model.ts";
import { BACKENDS, type BackendInfo, type BackendName } from "../protocol/runtime.ts";
import type { Process } from "./process.ts";
import { MODULE, THREADS } from "./programs.ts";

/** Backends without native code: they run in the full sandbox, and give the same numbers on every machine. */
export const SANDBOXED: readonly BackendName[] = ["wasm", "cpu"];

/** Of one kernel; more would wait for each other more than they help. */
const MOST_THREADS = 4;
const START_MS = 30_000;
const REMEDY = 'Choose another in the setting practicum.backend, or "auto". Practicum: Doctor shows what each backend needs.';

export type BackendNeeds = ExerciseManifest["backend"];

interface Needs<Name> {
  readonly require?: readonly Name[] | undefined;
  readonly refuse?: readonly Name[] | undefined;
}

export type StartProgram = (program: "native" | "runtime", args: readonly string[]) => Process;

export interface LadderOptions {
  readonly start: StartProgram;
  /** The one backend that the learner wants; the best by default. */
  readonly pin?: BackendName;
  /** Folders in whose node_modules the packages of TensorFlow may be. */
  readonly folders: readonly string[];
}

export interface Climbed {
  readonly process: Process;
  readonly backend: BackendInfo;
}

export class Ladder {
  readonly #options: LadderOptions;
  readonly #reasons = new Map<BackendName, string>();

  constructor(options: LadderOptions) {
    this.#options = options;
  }

  /** @throws {UserError} when no backend that the exercise and the setting allow starts here */
  async climb(needs?: BackendNeeds, signal?: AbortSignal): Promise<Climbed> {
    const wanted = allowed(BACKENDS, needs, this.#options.pin);
    const skipped: BackendInfo["skipped"][number][] = [];
    for (const name of wanted.filter((name) => !SANDBOXED.includes(name))) {
      const found = await this.try(name, signal);
      if (typeof found !== "string") return { ...found, backend: { ...found.backend, skipped } };
      skipped.push({ name, reason: found });
    }
    const rungs = wanted.filter((name) => SANDBOXED.includes(name));
    if (rungs.length === 0) throw refusal(skipped, wanted);
    const threaded = rungs.includes("wasm") ? await this.#threaded(signal) : undefined;
    if (threaded) return { ...threaded, backend: { ...threaded.backend, skipped } };
    const process = this.#options.start("runtime", rungs.length === SANDBOXED.length ? [] : rungsArgument(rungs));
    const backend = await process.ready;
    return { process, backend: { ...backend, skipped: [...skipped, ...backend.skipped] } };
  }

  /** Starts that one backend. @returns why it does not start, where it does not */
  async try(name: BackendName, signal?: AbortSignal): Promise<Climbed | string> {
    const known = this.#reasons.get(name);
    if (known !== undefined) return known;
    const module = name.startsWith("tfjs-node") ? this.#moduleOf(name) : "";
    if (module === undefined) return "it is not installed; Practicum: Install GPU Backend installs it";
    const threaded = name === "wasm" ? await this.#threaded(signal) : undefined;
    const found = threaded ?? (await this.#try(name, module ? [`${MODULE}${module}`] : [], signal));
    if (typeof found === "string") this.#reasons.set(name, found);
    return found;
  }

  /** WebAssembly with a thread for each processor; nothing where there is one only, or where this Node cannot keep threads from other code. */
  async #threaded(signal?: AbortSignal): Promise<Climbed | undefined> {
    const threads = Math.min(availableParallelism(), MOST_THREADS);
    const found = threads > 1 ? await this.#try("wasm", [`${THREADS}${threads}`], signal) : "";
    return typeof found === "string" ? undefined : found;
  }

  async #try(name: BackendName, args: readonly string[], signal?: AbortSignal): Promise<Climbed | string> {
    const program = SANDBOXED.includes(name) ? "runtime" : "native";
    const process = this.#options.start(program, [...rungsArgument([name, "cpu"]), ...args]); // cpu always starts, and says why the other did not
    const kill = () => process.kill();
    const timer = setTimeout(kill, START_MS);
    signal?.addEventListener("abort", kill, { once: true });
    try {
      const backend = await process.ready;
      if (backend.name === name) return { process, backend };
      kill();
      return backend.skipped[0]?.reason ?? "it does not start";
    } catch (error) {
      signal?.throwIfAborted();
      return messageOf(error).split("\n")[0] as string;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", kill);
    }
  }

  #moduleOf(name: BackendName): string | undefined {
    for (const folder of this.#options.folders) {
      try {
        return path.dirname(createRequire(path.join(folder, "_.js")).resolve(`@tensorflow/${name}/package.json`));
      } catch {
        // not in this one
      }
    }
    return undefined;
  }
}

/** The backends that grades of the exercise are computed on. @throws {UserError} when it refuses all that a grade can use */
export function gradingRungs(needs: BackendNeeds, pin: BackendName | undefined): readonly BackendName[] {
  const rungs = allowed(SANDBOXED, needs, pin && SANDBOXED.includes(pin) ? pin : undefined);
  if (rungs.length > 0) return rungs;
  throw new UserError(`Grades are computed on ${SANDBOXED.join(" or ")}, and this exercise allows neither.`, "Allow one of them in exercise.json.");
}

/** Tells a runtime which rungs to try. */
export const rungsArgument = (rungs: readonly BackendName[]): readonly string[] => [`--rungs=${rungs.join(",")}`];

/** Those of a ladder's rungs that the exercise and the setting allow, in its order. */
export const allowed = <Name extends string>(rungs: readonly Name[], { require, refuse = [] }: Needs<Name> = {}, pin?: Name): readonly Name[] =>
  rungs.filter((name) => (require?.includes(name) ?? true) && !refuse.includes(name) && (pin === undefined || pin === name));

function refusal(skipped: BackendInfo["skipped"], wanted: readonly BackendName[]): UserError {
  if (wanted.length === 0) return new UserError("The backend of your choice is not one that this exercise can run on.", REMEDY);
  return new UserError(`No backend that may be used here starts: ${skipped.map(({ name, reason }) => `${name}: ${reason}`).join("; ")}.`, REMEDY);
}
