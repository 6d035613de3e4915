import { Socket } from "node:net";
import { replaceStreams } from "./streams.ts";

/** Of `process`: what leads to modules, handles, other programs, files, or the rights of this one. */
const OF_PROCESS = [
  "getBuiltinModule",
  "binding",
  "_linkedBinding",
  "dlopen",
  "execve",
  "kill",
  "_kill",
  "_debugProcess",
  "_debugEnd",
  "chdir",
  "umask",
  "loadEnvFile",
  "openStdin",
  "report",
  "mainModule",
  "_getActiveHandles",
  "_getActiveRequests",
  "_preload_modules",
  "setuid",
  "seteuid",
  "setgid",
  "setegid",
  "setgroups",
  "initgroups",
];
/** Of the global scope: what comes of the library that speaks HTTP, with its connections behind it. */
const OF_SCOPE = ["fetch", "Request", "Response", "Headers", "FormData", "WebSocket", "EventSource", "MessageEvent", "CloseEvent", "ErrorEvent"];

/** Of a handle: what would make it another connection, or another thing of the system. Ours are connected already. */
const OF_HANDLE = ["connect", "connect6", "bind", "bind6", "listen", "open", "fchmod", "setPendingInstances", "constructor"];
/** Variables of the container that a program is started in. */
const OF_RUNGS = ["PWD", "OPENSSL_CONF"];
/** These load the library that speaks HTTP. */
const OF_WASM = ["compileStreaming", "instantiateStreaming"];

/**
 * Takes from the global scope what leads around the sandbox. A courtesy beside the walls of the operating system and Node's permission model:
 * what it guards is the learner's own machine from the learner's own slip.
 */
export function lockDown(): void {
  replaceStreams();
  bluntHandles();
  for (const name of OF_RUNGS) Reflect.deleteProperty(process.env, name);
  for (const name of ["constructor", "connect"]) Reflect.deleteProperty(Socket.prototype, name);
  for (const name of OF_PROCESS) Reflect.deleteProperty(process, name);
  for (const name of OF_SCOPE) Reflect.deleteProperty(globalThis, name);
  for (const name of OF_WASM) Reflect.deleteProperty(WebAssembly, name);
  Object.defineProperty(globalThis, Symbol.for("undici.globalDispatcher.1"), { value: Object.freeze({}) }); // or that library puts its own there
}

/** Whoever changes what all objects share gets hold of our channel's socket, sooner or later: it is to be worth nothing. */
function bluntHandles(): void {
  const { _getActiveHandles: activeHandles } = process as unknown as { readonly _getActiveHandles: () => readonly { readonly _handle?: object }[] };
  for (const { _handle: handle } of activeHandles()) {
    for (let at = handle && Object.getPrototypeOf(handle); at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      for (const name of OF_HANDLE) Reflect.deleteProperty(at, name);
    }
  }
}
