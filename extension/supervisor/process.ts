/** One child process and the protocol with it. */
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { ConnectionError, createMessageConnection, ErrorCodes, type MessageConnection, ResponseError } from "vscode-jsonrpc/node";
import { BOUNDS, shortened } from "../protocol/bounds.ts";
import { childFaultFrom } from "../protocol/fault.ts";
import { type BackendInfo, IMPLEMENTATION_FAULT, type ImplementationFault, PROTOCOL_VERSION, ReadyNotification } from "../protocol/runtime.ts";
import { AnsweringWriter, BoundedReader } from "./boundedReader.ts";
import { ownDescriptors } from "./containment/descriptors.ts";
import type { Hold } from "./containment/hold.ts";
import { Output } from "./output.ts";
import { programOf } from "./processTree.ts";
import { messagesOf, type ProgramName, programFor, sandboxOf, type Wanted } from "./programs.ts";
import { reaped, reapWithUs } from "./reaper.ts";

export interface ProcessOptions extends Wanted {
  /** What it is started in. */
  readonly hold: Hold;
  /** A program without drivers did not come to be asked. */
  readonly onNotStarted?: () => void;
  readonly log: (line: string) => void;
}

export class Process {
  readonly program: ProgramName;
  readonly connection: MessageConnection;
  readonly log: (line: string) => void;
  /** Resolves when the process can be asked; rejects when it ends before. */
  readonly ready: Promise<BackendInfo>;
  /** Resolves with how it ended; never rejects. */
  readonly ended: Promise<string>;
  /** Resolves when it has ended and all that it printed has been told, or there has been time enough for it; never rejects. */
  readonly closed: Promise<void>;
  /** What the program prints; set it before asking. */
  onOutput: (text: string) => void = () => {};
  readonly #child: ChildProcess;
  /** What our side knows of it: what it says of itself is not asked. */
  readonly #about: Pick<BackendInfo, "sandbox" | "containment">;
  readonly #reader: BoundedReader;
  #programPid: number | undefined;
  #running = true;
  #killed = false;
  /** Questions that it has not answered. */
  #open = 0;
  /** Why we ended it, where whoever asks is to hear it. */
  #stopped: ImplementationFault | undefined;

  constructor({ hold, onNotStarted, log, ...wanted }: ProcessOptions) {
    const { program } = wanted;
    const described = programFor(wanted);
    const held = described.devices ? hold.devices : hold.plain;
    this.program = program;
    this.log = log;
    const sandbox = sandboxOf(wanted.node, program);
    this.#about = { ...(sandbox && { sandbox }), containment: held.containment };
    const { file, args, env, cwd } = held.rung.command(described);
    this.#child = spawn(file, args, {
      env,
      cwd,
      stdio: ownDescriptors(["ignore", "pipe", "pipe", "pipe", "pipe"]),
      detached: process.platform !== "win32", // a group of its own, so that `kill` reaches all of it
      windowsHide: true,
    });
    if (this.#child.pid !== undefined) held.rung.hold?.(this.#child.pid);
    living.add(this);
    if (this.#child.pid !== undefined) reapWithUs(this.#child.pid);
    const [, stdout, stderr, input, output] = this.#child.stdio as unknown as [null, Readable, Readable, Writable, Readable];
    const printed = new Output((text) => this.onOutput(text));
    for (const stream of [stdout, stderr]) stream.setEncoding("utf8").on("data", (text: string) => printed.add(text));
    input.on("error", () => {}); // it ended: `ended` tells
    this.#reader = new BoundedReader(output, messagesOf(program), (what) => {
      log(`${program} ${this.#child.pid} was ended as it sent ${what}`);
      this.stop({ kind: "died", by: "itself", message: `Its process was ended as it sent ${what}.` }); // no earlier question makes it do that
    });
    this.connection = createMessageConnection(this.#reader, new AnsweringWriter(input, this.#reader));
    this.connection.onError(([error]) => this.#killed || log(`${program} ${this.#child.pid}: ${error.message}`));
    const closed = Promise.all([stdout, stderr].map(closing));
    this.ended = this.#ending(closing(output));
    this.closed = this.#closing(closed, printed);
    this.ready = this.#ready();
    this.ready.catch((error: unknown) => {
      if (error instanceof NotStarted && error.wanted && !described.devices) onNotStarted?.(); // whoever waits for it hears of it, too
    });
    this.connection.listen();
  }

  get running(): boolean {
    return this.#running;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The program itself, where what holds it is around it; found before it has loaded anything, as later its name is its own to change. */
  get programPid(): number | undefined {
    this.#programPid ??= this.pid === undefined ? undefined : programOf(this.pid);
    return this.#programPid;
  }

  /** Whether somebody waits for an answer of it. */
  get asked(): boolean {
    return this.#open > 0;
  }

  /**
   * A request that fails as an `ImplementationFault` when the process ends under it: with the fault that it was stopped for, or "died". What the process
   * itself answers as a fault is made anew from what it may say.
   */
  async ask<R>(request: (connection: MessageConnection) => Promise<R>): Promise<R> {
    const before = !this.#running;
    const died = this.ended.then((how) => {
      const by = this.#killed ? "us" : "itself";
      const fault: ImplementationFault = {
        ...(this.#stopped ?? { kind: "died", by, message: `The process ended before it answered (${how}).`, how }),
        ...(before && { before }),
      };
      throw new ResponseError(IMPLEMENTATION_FAULT, fault.message, fault);
    });
    died.catch(() => {});
    if (!this.#running) return died;
    this.#open++;
    try {
      const answer = (async () => request(this.connection))(); // it may refuse at once
      return await Promise.race([answer.catch((error: unknown) => (isOfChannel(error) ? this.#ends(died) : asChildSays(error))), died]);
    } finally {
      this.#open--;
    }
  }

  /** Its end of the channel is closed, so it has ended, or is about to; where it is not, it is of no use. */
  async #ends(died: Promise<never>): Promise<never> {
    const message = "The process closed its channel before it answered.";
    const timer = setTimeout(() => this.stop({ kind: "died", by: "itself", message }), BOUNDS.outputMs);
    try {
      return await died;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it as `kill` does; whoever asks it, now or later, hears of this fault. The first one counts. */
  stop(fault: ImplementationFault): void {
    if (this.#running) this.#stopped ??= fault;
    this.kill();
  }

  /** Ends the process and all it has started, at once. */
  kill(): void {
    if (!this.#running || this.#child.pid === undefined) return;
    this.#killed = true;
    try {
      if (process.platform === "win32") this.#child.kill("SIGKILL");
      else process.kill(-this.#child.pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  async #ending(silent: Promise<void>): Promise<string> {
    const how = await new Promise<string>((resolve) => {
      this.#child.once("error", (error) => resolve(error.message));
      this.#child.once("exit", (code, signal) => resolve(howEnded(code, signal)));
    });
    if (!this.#killed) await this.#lastMessages(silent);
    this.#running = false;
    living.delete(this);
    if (this.#child.pid !== undefined) reaped(this.#child.pid);
    setImmediate(() => this.connection.dispose()); // whoever asks hears first how it ended
    return how;
  }

  /** One that has ended by itself may have answered before. */
  async #lastMessages(silent: Promise<void>): Promise<void> {
    await atMost(BOUNDS.outputMs, silent);
    await atMost(BOUNDS.outputMs, this.#reader.handled());
  }

  /** What an ended program has printed is still in the pipe; what it has started may hold the pipe open. */
  async #closing(closed: Promise<unknown>, printed: Output): Promise<void> {
    await this.ended;
    await atMost(BOUNDS.outputMs, closed);
    printed.finish();
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }

  async #ready(): Promise<BackendInfo> {
    const said = new Promise<BackendInfo>((resolve, reject) => {
      this.connection.onNotification(ReadyNotification, ({ protocol, backend }) =>
        protocol === PROTOCOL_VERSION
          ? resolve({ ...backend, ...this.#about })
          : reject(new Error(`${this.program} speaks protocol ${protocol}, not ${PROTOCOL_VERSION}`)),
      );
    });
    let printed = "";
    this.#child.stderr?.on("data", (text: string) => (printed = (printed + text).slice(-2000)));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.kill();
    }, BOUNDS.startSeconds * 1000);
    try {
      return await Promise.race([
        said,
        this.ended.then((how) => {
          const why = late ? `it was not ready within ${BOUNDS.startSeconds} s` : how;
          throw new NotStarted(`the ${this.program} process did not start (${why})\n${printed}`, late || !this.#killed);
        }),
      ]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A program ended before it could be asked: that may be its own fault, or that of what holds it. */
export class NotStarted extends Error {
  /** It was not ended because nobody wants it any more. */
  readonly wanted: boolean;
  constructor(message: string, wanted: boolean) {
    super(message);
    this.wanted = wanted;
  }
}

/** A container ends as its program does, but for signals: those it tells as shells do, by codes above 128. */
function howEnded(code: number | null, signal: NodeJS.Signals | null): string {
  const told = Object.entries(constants.signals).find(([, number]) => number + 128 === code)?.[0];
  return signal || told ? `signal ${signal ?? told}` : `exit code ${code}`;
}

const closing = (stream: Readable): Promise<void> => new Promise((resolve) => stream.once("close", resolve));

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

/** A question that could not be sent. */
const isOfChannel = (error: unknown): boolean =>
  error instanceof ConnectionError || /^(EPIPE|ECONNRESET|ERR_STREAM_\w+)$/.test((error as NodeJS.ErrnoException | null)?.code ?? "");

/** @throws {ResponseError} what the child has answered instead of an answer, under bounds and by no code that means anything to others */
function asChildSays(error: unknown): never {
  if (!(error instanceof ResponseError)) throw error;
  if (error.code !== IMPLEMENTATION_FAULT) throw new ResponseError(ErrorCodes.InternalError, shortened(error.message, BOUNDS.faultChars));
  const fault = childFaultFrom(error.data);
  throw new ResponseError(IMPLEMENTATION_FAULT, fault.message, fault);
}

const living = new Set<Process>();
process.once("exit", () => {
  for (const child of living) child.kill();
});

/** Ends all processes of a list; resolves when all that they printed has been told. */
export const killed = async (processes: readonly Process[]): Promise<void> => {
  for (const child of processes) child.kill();
  await Promise.all(processes.map((child) => child.closed));
};
