/** One child process and the protocol with it. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
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
import { ADDONS, BASE_FLAGS, childEnvironment, driverEnvironment, type NodeProgram } from "./node.ts";
import { reaped, reapWithUs } from "./reaper.ts";

/** "native" is the runtime with the backends that are native addons. */
export type ProgramName = "runtime" | "native" | "grader" | "oracle" | "pretrained";

export interface ProcessOptions {
  readonly node: NodeProgram;
  readonly dist: string;
  readonly program: ProgramName;
  readonly args?: readonly string[];
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
  readonly #sandbox: BackendInfo["sandbox"];
  #printed = 0;
  #running = true;
  #killed = false;

  constructor({ node, dist, program, args = [], log }: ProcessOptions) {
    this.program = program;
    this.#sandbox = sandboxOf(node, program);
    this.#child = spawn(node.path, [...BASE_FLAGS, ...flags(node, dist, program, args), path.join(dist, `${program}.mjs`), ...args], {
      env: { ...childEnvironment(), ...(ON_DRIVERS.includes(program) && driverEnvironment()) },
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
      detached: process.platform !== "win32", // a group of its own, so that `kill` reaches all of it
      windowsHide: true,
    });
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
    this.ready.catch(() => {}); // whoever waits for it hears of it
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
    const before = !this.#running;
    const died = this.ended.then((how) => {
      const message = `The process ended before it answered (${how}).`;
      const fault: ImplementationFault = { kind: "died", message, how, ...(this.#killed && { by: "us" }), ...(before && { before }) };
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
          ? resolve({ ...backend, ...(this.#sandbox && { sandbox: this.#sandbox }) })
          : reject(new Error(`${this.program} speaks protocol ${protocol}, not ${PROTOCOL_VERSION}`)),
      );
    });
    let printed = "";
    this.#child.stderr?.on("data", (text: string) => (printed = (printed + text).slice(-2000)));
    return Promise.race([
      said,
      this.ended.then((how) => {
        throw new Error(`the ${this.program} process did not start (${how})\n${printed}`);
      }),
    ]);
  }
}

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

/** Programs that load native addons under the permission model; one more loads the drivers of a GPU. */
const NATIVE: readonly ProgramName[] = ["native", "oracle"];
const ON_DRIVERS: readonly ProgramName[] = [...NATIVE, "pretrained"];

/** The narrowest permissions that the program runs under; a native addon does what it likes, the code beside it does not. */
function flags({ sandbox }: NodeProgram, dist: string, program: ProgramName, args: readonly string[]): readonly string[] {
  if (sandbox.length === 0 || program === "pretrained") return []; // it loads an addon, keeps files of its own, and runs no code of others
  if (NATIVE.includes(program)) return sandbox.includes("--permission") ? [...sandbox, ...ADDONS] : [];
  const threads = args.some((arg) => arg.startsWith(THREADS));
  const files = [`${program}.mjs`, "amaro.mjs", ...(program === "runtime" ? WASM : []), ...(threads ? SHARED : [])].map((file) => path.join(dist, file));
  return [...sandbox, ...(threads ? ["--allow-worker"] : []), ...files.filter((file) => existsSync(file)).map((file) => `--allow-fs-read=${file}`)];
}

function sandboxOf({ sandbox }: NodeProgram, program: ProgramName): BackendInfo["sandbox"] {
  if (sandbox.length === 0) return "none";
  if (!NATIVE.includes(program)) return undefined;
  return sandbox.includes("--permission") ? "addons" : "none";
}

/** Tells a runtime with how many threads to compute. It starts them before it loads anything, and sees to it that nothing else starts one. */
export const THREADS = "--threads=";

const SHARED = ["kernelThread.mjs", "tfjs-backend-wasm-simd-shared.wasm", "kernels-fma-shared.wasm", "kernels-simd-shared.wasm"];
const WASM = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm-threaded-simd.wasm", "kernels-fma.wasm", "kernels-simd.wasm"];
