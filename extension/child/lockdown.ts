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

/**
 * Takes from the global scope what leads around the sandbox. A courtesy beside the walls of the operating system and Node's permission model:
 * what it guards is the learner's own machine from the learner's own slip.
 */
export function lockDown(): void {
  replaceStreams();
  // A stream that is found all the same makes no other by its constructor, and connects to nothing.
  Reflect.deleteProperty(Socket.prototype, "constructor");
  Socket.prototype.connect = () => {
    throw new Error("There is no network here.");
  };
  for (const name of OF_PROCESS) Reflect.deleteProperty(process, name);
  for (const name of OF_SCOPE) Reflect.deleteProperty(globalThis, name);
}
