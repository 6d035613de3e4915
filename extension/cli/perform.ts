/** Performs one command: what it prints, how it is cancelled, what the exit code says. */
import { messageOf, UserError } from "../errors.ts";
import type { Outcome } from "../protocol/grade.ts";
import { readable } from "../protocol/plainText.ts";
import type { ProviderName } from "../protocol/pretrained.ts";
import type { BackendName } from "../protocol/runtime.ts";
import { systemProblem } from "../supervisor/files/problems.ts";
import { Context } from "./context.ts";
import { Terminal } from "./terminal.ts";

export const COULD_NOT_GRADE = 2;
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const; // 128 + number of the signal, as shells have it
/** What was cancelled has so long to tidy up; a disk that does not answer would keep it for ever. */
const MOST_TIDYING_MS = 5000;

export interface GlobalOptions {
  readonly json?: boolean;
  readonly pack?: string;
  readonly verbose?: boolean;
  readonly backend?: BackendName | "auto";
  readonly executionProvider?: ProviderName | "auto";
}

export interface CommandResult {
  readonly exitCode: number;
  /** What `--json` prints. */
  readonly json: object;
}

export const exitCodeOf = (outcome: Outcome): number => (outcome === "passed" ? 0 : outcome === "notGraded" ? COULD_NOT_GRADE : 1);

/** Of several: what could not be graded counts before what did not pass. */
export const worstOf = (exitCodes: readonly number[]): number => Math.max(0, ...exitCodes);

/** @returns the exit code; never rejects */
export async function perform(dist: string, options: GlobalOptions, command: (context: Context) => Promise<CommandResult>): Promise<number> {
  const terminal = new Terminal({ silent: options.json });
  const cancellation = new AbortController();
  let cancelled: number | undefined;
  const cancel = (signal: keyof typeof SIGNALS) => {
    terminal.endProgress();
    if (cancelled) leaveAtOnce(signal); // asked twice
    cancelled = SIGNALS[signal];
    cancellation.abort();
    setTimeout(() => leaveAtOnce(signal), MOST_TIDYING_MS).unref();
  };
  for (const signal of Object.keys(SIGNALS)) process.on(signal, cancel);
  const context = new Context({ dist, terminal, signal: cancellation.signal, ...options });
  try {
    const { exitCode, json } = await command(context);
    if (options.json) terminal.writeJson(json);
    return cancelled ?? exitCode;
  } catch (error) {
    terminal.endProgress();
    if (cancelled) terminal.warn("Cancelled.");
    else tellFailure(systemProblem(error), terminal, options.json);
    return cancelled ?? COULD_NOT_GRADE;
  } finally {
    await context.dispose();
    for (const signal of Object.keys(SIGNALS)) process.off(signal, cancel);
  }
}

/** As if the signal had never been waited for: `process.exit` waits for the system's answer about a file, which may never come. */
function leaveAtOnce(signal: keyof typeof SIGNALS): void {
  process.emit("exit", SIGNALS[signal]); // ends what was started
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

export function tellFailure(error: unknown, terminal: Terminal, json = false): void {
  if (json) terminal.writeJson({ error: messageOf(error), remedy: error instanceof UserError ? error.remedy : undefined });
  if (!json || !(error instanceof UserError)) terminal.writeAside(textOf(error, terminal));
}

function textOf(error: unknown, { colors }: Terminal): string {
  if (error instanceof UserError) return `${colors.red(readable(error.message))}\n${readable(error.remedy)}\n`;
  return `${error instanceof Error ? error.stack : String(error)}\n\n${colors.red("This is a bug in Practicum.")} Please report it, with the lines above.\n`;
}
