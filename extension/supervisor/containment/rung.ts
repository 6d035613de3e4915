/** A rung of the operating system: how a program is started so that the system holds it. */
import type { ContainmentName } from "../../protocol/containment.ts";

/** A program that is to be started, and what it needs of the machine. Nothing else is to be had in there. */
export interface Program {
  /** Node. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Files and folders that it reads, besides Node and the system's libraries. */
  readonly readable: readonly string[];
  /** Folders that it writes into: that of a download, for the program that fetches. None for all others. */
  readonly writable?: readonly string[];
  /** It loads the drivers of a GPU: their device nodes, libraries and a small folder for compiled shaders. */
  readonly devices?: boolean;
  readonly network?: boolean;
}

/** What is spawned. Descriptors 0 to 4 reach the program as they are. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Folder that it is spawned in; the program's own working folder may be another. */
  readonly cwd: string;
}

export interface Rung {
  readonly name: ContainmentName;
  command(program: Program): Command;
  /** After it was spawned; for what takes hold of a process that runs already. */
  hold?(pid: number): void;
}

/** Why a rung is not to be had here: said by `practicum doctor`. */
export interface Refusal {
  readonly reason: string;
  readonly remedy?: string;
}
