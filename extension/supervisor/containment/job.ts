/**
 * Windows: a job object bounds memory, processor time and number of processes of a child and all that it starts, and ends them with us. Files and network stay
 * open. Node can't make one; a PowerShell that lives as long as we do does, told on its stdin which process to hold. When it ends, Windows ends what it holds.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { createInterface, type Interface } from "node:readline";
import { JOB_SCRIPT } from "./jobScript.ts";
import { ownFolder } from "./ownFolder.ts";
import type { Refusal, Rung } from "./rung.ts";

export interface JobBounds {
  /** Bytes that the processes of a job may commit. */
  readonly memory: number;
  readonly processes: number;
  /** Seconds of processor time; without end where absent. */
  readonly seconds?: number;
}

const BOUNDS: JobBounds = { memory: 8 * 2 ** 30, processes: 32 };

export interface JobOptions {
  readonly bounds?: JobBounds;
  readonly log?: (line: string) => void;
  /** Program and arguments before the script, for tests. */
  readonly helper?: readonly string[];
}

/** Starts the helper, and waits until it can hold. */
export async function findJob({ bounds = BOUNDS, log = () => {}, helper = powershell() }: JobOptions = {}): Promise<Rung | Refusal> {
  const [file, ...args] = helper;
  if (!file) return { reason: "job objects are of Windows" };
  const child = spawn(file, [...args, JOB_SCRIPT], { stdio: ["pipe", "pipe", "pipe"], windowsHide: true });
  const lines = createInterface(child.stdout);
  const refused = await started(child, lines);
  if (refused) {
    child.kill();
    return { reason: refused, remedy: "Practicum needs Windows PowerShell, and that it may use Add-Type." };
  }
  let ended = false;
  const lost = (pid: number, why: string): void => {
    log(`process ${pid} is in no job object, and is ended: ${why}`);
    endProcess(pid);
  };
  lines.on("line", (line) => {
    const [, pid, why] = /^lost (\d+) (.*)$/.exec(line) ?? [];
    if (pid) lost(Number(pid), why as string);
  });
  child.once("close", () => {
    ended = true;
    log("the helper that keeps job objects has ended, and Windows with it what they held");
  });
  outlivedByUs(child);
  const { empty } = ownFolder();
  return {
    name: "job",
    command: ({ file, args, env }) => ({ file, args, env, cwd: empty }),
    hold: (pid) => {
      if (ended) lost(pid, "the helper has ended");
      else child.stdin.write(`${pid} ${bounds.memory} ${bounds.processes} ${bounds.seconds ?? 0}\n`);
    },
  };
}

/** Nothing runs unheld in silence: whoever waits for it hears that it did not start. */
function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** By its full path: a program of that name in another folder is not started. */
function powershell(): readonly string[] {
  const file = path.join(process.env.SystemRoot ?? "", "System32/WindowsPowerShell/v1.0/powershell.exe");
  return process.platform === "win32" && existsSync(file) ? [file, "-NoLogo", "-NoProfile", "-NonInteractive", "-Command"] : [];
}

/** @returns why it can't hold; nothing when it can */
async function started(child: ChildProcess, lines: Interface): Promise<string | undefined> {
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2000);
  });
  child.stdin?.on("error", () => {}); // it ended: `close` tells
  return new Promise((resolve) => {
    lines.once("line", (line) => resolve(line === "ready" ? undefined : line));
    child.once("error", ({ message }) => resolve(message));
    child.once("close", (code) => resolve(said.trim().split("\n")[0] || `it ended with exit code ${code}`));
  });
}

/** It does not keep us from ending; it reads the end of its stdin then. */
function outlivedByUs(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { unref(): void } | null)?.unref();
}
