/** Which line of the learner's called: from the stack, which takes some 10 us to read. So it is read as often as it may cost, and no more often. */
import path from "node:path";
import type { Place } from "../../protocol/profile.ts";
import type { SourceTree } from "../../protocol/runtime.ts";

/** Share of the time that reading stacks may take. */
const BUDGET = 0.03;
/** The first ones are read anyway: a short run has exact lines. */
const FREE = 500;
/** The learner's line stands below a dozen of the library's, and the backward pass of a step below some more. */
const DEPTH = 32;
const MAX_STRIDE = 10_000;

export class Places {
  readonly files: string[];
  readonly places: Place[] = [];
  readonly #known = new Map<string, number>();
  readonly #keys: ReadonlyMap<string, number>;
  /** Calls until the next stack is read: from none to twice `stride`. */
  #wait = 0;
  #stride = 0;
  #spent = 0;
  read = 0;

  constructor(trees: readonly SourceTree[]) {
    const absolute = new Map(trees.flatMap(({ root, files }) => Object.keys(files).map((file) => [path.join(root, file), file] as const)));
    this.files = [...absolute.values()];
    this.#keys = new Map([...absolute.keys()].map((file, i) => [file, i]));
  }

  /**
   * The line that is called from, or -1: it is none of the learner's, or it is not this call's turn.
   * @param elapsed ms since the start @param below function of ours that the stack is read below @param fresh whether it is among the first calls of its kind
   */
  here(elapsed: number, below: (...args: never[]) => unknown, fresh: boolean): number {
    if (this.#wait-- > 0 && !fresh) return -1;
    const started = now();
    const place = this.#look(below);
    this.#spent += now() - started;
    if (++this.read > FREE) this.#wait = this.#pause(elapsed);
    return place;
  }

  /** Drawn anew each time, so that a loop does not meet the same of its lines for ever. */
  #pause(elapsed: number): number {
    this.#stride = this.#spent > BUDGET * elapsed ? Math.min(1.1 * this.#stride + 0.1, MAX_STRIDE) : Math.max(0, this.#stride / 1.1 - 0.1);
    return Math.round(2 * this.#stride * draw());
  }

  #look(below: (...args: never[]) => unknown): number {
    const { stackTraceLimit, prepareStackTrace } = Error;
    Error.stackTraceLimit = DEPTH;
    Error.prepareStackTrace = (_, sites) => sites.find((site) => this.#keys.has(site.getFileName() ?? ""));
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, below);
    const site = holder.stack as NodeJS.CallSite | undefined;
    Object.assign(Error, { stackTraceLimit, prepareStackTrace });
    return site ? this.#numbered(site) : -1;
  }

  #numbered(site: NodeJS.CallSite): number {
    const [file, line, column] = [this.#keys.get(site.getFileName() ?? "") as number, site.getLineNumber() ?? 1, site.getColumnNumber() ?? 1];
    const key = `${file}:${line}:${column}`;
    const known = this.#known.get(key) ?? this.places.push([file, line, column]) - 1;
    this.#known.set(key, known);
    return known;
  }
}

const now = performance.now.bind(performance);

let state = 1;
/** Uniform in [0, 1): of our own, as the program's random numbers must not depend on being recorded. Numerical Recipes' constants. */
function draw(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
