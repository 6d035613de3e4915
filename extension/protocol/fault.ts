/** What a process says of a fault is not believed before it is looked at: learner code runs there. */
import { plain, readable } from "./plainText.ts";
import type { ImplementationFault, SourceLocation } from "./runtime.ts";

const KINDS = ["compile", "threw", "notWritten", "missing", "died"] as const;

/** The fault, made anew from the parts that belong to it. */
export function faultFrom(data: unknown): ImplementationFault {
  const { kind, message, location, stack } = (typeof data === "object" && data !== null ? data : {}) as Record<string, unknown>;
  const place = locationFrom(location);
  return {
    kind: KINDS.find((known) => known === kind) ?? "threw",
    message: typeof message === "string" ? readable(message) : "It failed without saying why.",
    ...(place && { location: place }),
    ...(typeof stack === "string" && { stack: readable(stack) }),
  };
}

export function locationFrom(location: unknown): SourceLocation | undefined {
  const { file, line, column } = (typeof location === "object" && location !== null ? location : {}) as Record<string, unknown>;
  return typeof file === "string" && typeof line === "number" && typeof column === "number" ? { file: plain(file), line, column } : undefined;
}
