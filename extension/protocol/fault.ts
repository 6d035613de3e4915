/** What a process says of a fault is not believed before it is looked at: learner code runs there. */
import type { ImplementationFault, SourceLocation } from "./runtime.ts";

const KINDS = ["compile", "threw", "notWritten", "missing", "died"] as const;

/** The fault, made anew from the parts that belong to it. */
export function faultFrom(data: unknown): ImplementationFault {
  const { kind, message, location, stack, how, by, before } = (typeof data === "object" && data !== null ? data : {}) as Record<string, unknown>;
  const place = locationFrom(location);
  return {
    kind: KINDS.find((known) => known === kind) ?? "threw",
    message: typeof message === "string" ? message : "It failed without saying why.",
    ...(typeof how === "string" && { how }),
    ...(by === "us" && { by }),
    ...(before === true && { before }),
    ...(place && { location: place }),
    ...(typeof stack === "string" && { stack }),
  };
}

export function locationFrom(location: unknown): SourceLocation | undefined {
  const { file, line, column } = (typeof location === "object" && location !== null ? location : {}) as Record<string, unknown>;
  return typeof file === "string" && typeof line === "number" && typeof column === "number" ? { file, line, column } : undefined;
}
