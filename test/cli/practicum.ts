/** Starts the built command as a person or a program would. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { dist, tinyExercise } from "../processes/tinyPack.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @property uid user who starts it; by default we */
export interface Started {
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
}

/** Commands that take the pack's folder. */
const OF_A_PACK = ["list", "open", "run", "grade", "submit"];
const COMMAND = path.join(dist, "practicum.mjs");

export class Practicum {
  readonly pack: string;
  /** Where the command runs: beside the pack, with room for attempts. */
  readonly folder: string;

  constructor(pack: string) {
    this.pack = pack;
    this.folder = path.join(pack, "attempts");
  }

  /** @param changes files of the exercise to add or replace */
  static async with(changes: Readonly<Record<string, string>> = {}): Promise<Practicum> {
    if (!existsSync(COMMAND)) throw new Error(`${COMMAND} is not there: build first (node extension/tools/build.mjs)`);
    const practicum = new Practicum(path.dirname((await tinyExercise(changes)).folder));
    await mkdir(practicum.folder);
    return practicum;
  }

  start(args: readonly string[], cwd = this.folder, { env = {}, uid }: Started = {}): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(process.execPath, [COMMAND, ...args, ...(OF_A_PACK.includes(args[0] ?? "") ? ["--pack", this.pack] : [])], {
      cwd,
      env: { ...process.env, PRACTICUM_FOLDER: this.folder, ...env },
      ...(uid !== undefined && { uid, gid: uid }),
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    return { child, ended: new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }))) };
  }

  run(args: readonly string[], cwd?: string): Promise<Ended> {
    return this.start(args, cwd).ended;
  }

  /** Makes the folder of an attempt that is this text. @returns its path */
  async attempt(name: string, text: string): Promise<string> {
    const folder = path.join(this.folder, name);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "double.ts"), text);
    return folder;
  }
}
