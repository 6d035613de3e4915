/** What a process says of a fault is not believed before it is looked at: learner code runs there. */

import { BOUNDS, shortened } from "./bounds.ts";
import { plain, readable } from "./plainText.ts";
import type { ImplementationFault, SourceLocation } from "./runtime.ts";

/** What a child can know of its implementation. */
const OF_CHILD = ["compile", "threw", "notWritten", "missing"] as const;
/** What only whoever watches the child can know. */
const OF_SUPERVISOR = ["died", "timedOut", "busy"] as const;

/** A fault that a child tells, made anew from the parts that belong to it: how it ended, and who ended it, is not its to say. */
export const childFaultFrom = (data: unknown): ImplementationFault => made(data, OF_CHILD);

/** A fault that the supervisor tells. */
export function faultFrom(data: unknown): ImplementationFault {
  const { by, how, before } = partsOf(data);
  return {
    ...made(data, [...OF_CHILD, ...OF_SUPERVISOR]),
    ...(typeof how === "string" && { how: plain(shortened(how, BOUNDS.nameChars)) }),
    ...((by === "us" || by === "itself") && { by }),
    ...(before === true && { before }),
  };
}

function made(data: unknown, kinds: readonly ImplementationFault["kind"][]): ImplementationFault {
  const { kind, message, location, stack } = partsOf(data);
  const place = locationFrom(location);
  return {
    kind: kinds.find((known) => known === kind) ?? "threw",
    message: typeof message === "string" ? readable(shortened(message, BOUNDS.faultChars)) : "It failed without saying why.",
    ...(place && { location: place }),
    ...(typeof stack === "string" && { stack: readable(shortened(stack, BOUNDS.stackChars)) }),
  };
}

export function locationFrom(location: unknown): SourceLocation | undefined {
  const { file, line, column } = partsOf(location);
  const known = typeof file === "string" && file.length <= LONGEST_PATH && typeof line === "number" && typeof column === "number";
  return known ? { file: plain(file), line, column } : undefined;
}

/** Linux's PATH_MAX. */
const LONGEST_PATH = 4096;

const partsOf = (data: unknown): Record<string, unknown> => (typeof data === "object" && data !== null ? data : {}) as Record<string, unknown>;
