/** How far a long computation has come, and how long the rest may take. */
import { session } from "./session.ts";

/** The first report of a stretch of work. */
interface Beginning {
  readonly at: number;
  readonly done: number;
  readonly total: number;
}

const now = performance.now.bind(performance); // the program's own, were it replaced
let beginning: Beginning | undefined;
let latest = 0;

/**
 * Reports how far a long computation has come. How long it still takes is told from the time since the first report, so count what costs equal time.
 * @param done of `total`, in whatever is counted; a first report above 0 is where an interrupted run goes on
 */
export function progress(done: number, total: number, label?: string): void {
  if (!beginning || total !== beginning.total || done < latest) beginning = { at: now(), done, total };
  latest = done;
  const left = timeLeft(now() - beginning.at, done - beginning.done, total - done);
  session().sink({ kind: "progress", done, total, label, ...(left && { left }) });
}

const UNITS: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, "days"],
  [3600, "h"],
  [60, "min"],
];

/** An estimate from less would jump about. */
const ENOUGH_MS = 2000;

/** e.g. "about 3 min left"; nothing where too little is known, or nothing is left. Exported for its test. */
export function timeLeft(ms: number, done: number, remaining: number): string | undefined {
  if (!(ms >= ENOUGH_MS && done > 0 && remaining > 0)) return undefined;
  const seconds = ((ms / 1000) * remaining) / done;
  const [size, unit] = UNITS.find(([size]) => seconds > 1.5 * size) ?? [1, "s"];
  const count = seconds / size;
  return `about ${unit === "h" ? count.toFixed(1) : Math.ceil(count)} ${unit} left`;
}
