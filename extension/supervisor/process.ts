/** One child process and the protocol with it. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import {
  createMessageConnection,
  type DataCallback,
  type MessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { type BackendInfo, IMPLEMENTATION_FAULT, type ImplementationFault, PROTOCOL_VERSION, ReadyNotification } from "../protocol/runtime.ts";
import type { Hold } from "./containment/hold.ts";
import { type ProgramName, programFor, sandboxOf, type Wanted } from "./programs.ts";
import { reaped, reapWithUs } from "./reaper.ts";

export interface ProcessOptions extends Wanted {
  /** What it is started in. */
  readonly hold: Hold;
  /** A program without drivers did not come to be asked. */
  readonly onNotStarted?: () => void;
  readonly log: (line: string) => void;
}

/** How much of what a program prints is kept. */
const OUTPUT_LIMIT = 64 * 1024;
/** Bytes of one message; the largest answer is a fraction of it. */
const MESSAGE_LIMIT = 512 * 2 ** 20;

export class Process {
  readonly program: ProgramName;
  readonly connection: MessageConnection;
  /** Resolves when the process can be asked; rejects when it ends before. */
  readonly ready: Promise<BackendInfo>;
  /** Resolves with how it ended; never rejects. */
  readonly ended: Promise<string>;
  /** What the program prints; set it before asking. */
  onOutput: (text: string) => void = () => {};
  readonly #child: ChildProcess;
  /** What our side knows of it: what it says of itself is not asked. */
  readonly #about: Pick<BackendInfo, "sandbox" | "containment">;
  #printed = 0;
  #running = true;
  #killed = false;

  constructor({ hold, onNotStarted, log, ...wanted }: ProcessOptions) {
    const { program } = wanted;
    const described = programFor(wanted);
    const held = described.devices ? hold.devices : hold.plain;
    this.program = program;
    const sandbox = sandboxOf(wanted.node, program);
    this.#about = { ...(sandbox && { sandbox }), containment: held.containment };
    const { file, args, env, cwd } = held.rung.command(described);
    this.#child = spawn(file, args, {
      env,
      cwd,
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
      detached: process.platform !== "win32", // a group of its own, so that `kill` reaches all of it
      windowsHide: true,
    });
    if (this.#child.pid !== undefined) held.rung.hold?.(this.#child.pid);
    living.add(this);
    if (this.#child.pid !== undefined) reapWithUs(this.#child.pid);
    const [, stdout, stderr, input, output] = this.#child.stdio as unknown as [null, Readable, Readable, Writable, Readable];
    for (const stream of [stdout, stderr]) stream.setEncoding("utf8").on("data", (text: string) => this.#print(text));
    input.on("error", () => {}); // it ended: `ended` tells
    const reader = new CappedReader(output, () => {
      log(`${program} ${this.#child.pid} said more than ${MESSAGE_LIMIT} bytes at once`);
      this.kill();
    });
    this.connection = createMessageConnection(reader, new StreamMessageWriter(input));
    this.connection.onError(([error]) => this.#killed || log(`${program} ${this.#child.pid}: ${error.message}`));
    this.ended = this.#ending();
    this.ready = this.#ready();
    this.ready.catch((error: unknown) => {
      if (error instanceof NotStarted && !described.devices && !this.#killed) onNotStarted?.(); // whoever waits for it hears of it, too
    });
    this.connection.listen();
  }

  get running(): boolean {
    return this.#running;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** A request that fails as an `ImplementationFault` when the process ends under it. */
  async ask<R>(request: (connection: MessageConnection) => Promise<R>): Promise<R> {
    const died = this.ended.then((how) => {
      const fault: ImplementationFault = { kind: "died", message: `The process ended before it answered (${how}).` };
      throw new ResponseError(IMPLEMENTATION_FAULT, fault.message, fault);
    });
    died.catch(() => {});
    return this.#running ? Promise.race([request(this.connection), died]) : died;
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

  #print(text: string): void {
    if (this.#printed >= OUTPUT_LIMIT) return;
    this.#printed += text.length;
    this.onOutput(this.#printed >= OUTPUT_LIMIT ? `${text.slice(0, OUTPUT_LIMIT)}\n(more was printed than is shown)\n` : text);
  }

  async #ending(): Promise<string> {
    const how = await new Promise<string>((resolve) => {
      this.#child.once("error", (error) => resolve(error.message));
      this.#child.once("exit", (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
    });
    this.#running = false;
    living.delete(this);
    if (this.#child.pid !== undefined) reaped(this.#child.pid);
    setImmediate(() => this.connection.dispose()); // whoever asks hears first how it ended
    return how;
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
    return Promise.race([
      said,
      this.ended.then((how) => {
        throw new NotStarted(`the ${this.program} process did not start (${how})\n${printed}`);
      }),
    ]);
  }
}

/** A program ended before it could be asked: that may be its own fault, or that of what holds it. */
export class NotStarted extends Error {}

/** Ends a child that says too much at once: a message is kept in the host's memory until it is whole. */
class CappedReader extends StreamMessageReader {
  #pending = 0;
  constructor(stream: Readable, tooMuch: () => void) {
    super(stream);
    this.partialMessageTimeout = 0; // its timer would outlive a process that is killed within a message
    stream.on("data", (chunk: Buffer) => {
      this.#pending += chunk.length;
      if (this.#pending > MESSAGE_LIMIT) tooMuch();
    });
  }
  override listen(callback: DataCallback) {
    return super.listen((message) => {
      this.#pending = 0;
      callback(message);
    });
  }
}

const living = new Set<Process>();
process.once("exit", () => {
  for (const child of living) child.kill();
});

/** Ends of all processes of a list. */
export const killed = async (processes: readonly Process[]): Promise<void> => {
  for (const child of processes) child.kill();
  await Promise.all(processes.map((child) => child.ended));
};
