import { Socket } from "node:net";

/**
 * Takes from the global scope what leads around the sandbox. A guard-rail beside Node's permission model, not a wall:
 * what it guards is the learner's own machine from the learner's own slip, and the machine from pack code.
 */
export function lockDown(): void {
  // `process.stdout.constructor` is a socket's: neither a connection nor another stream on our channel is to be had by it.
  Reflect.deleteProperty(Socket.prototype, "constructor");
  Socket.prototype.connect = () => {
    throw new Error("There is no network here.");
  };
  for (const name of [
    "getBuiltinModule",
    "binding",
    "_linkedBinding",
    "dlopen",
    "kill",
    "_kill",
    "_debugProcess",
    "chdir",
    "report",
    "mainModule",
    "_getActiveHandles",
    "_getActiveRequests",
  ]) {
    Reflect.deleteProperty(process, name);
  }
  for (const name of ["fetch", "WebSocket", "EventSource"]) Reflect.deleteProperty(globalThis, name);
}
