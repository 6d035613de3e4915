/**
 * What we hold open, a child inherits, unless it was opened otherwise: Node does so, a library or whoever started us may not. In the place of each of these the
 * child gets the null device.
 */
import { openSync, readdirSync, readFileSync } from "node:fs";
import { devNull } from "node:os";

type Channel = "ignore" | "inherit" | "pipe";

/** @param own of the child: descriptors from 0 on @returns the same, and what closes the others that it would inherit (Linux tells which) */
export function ownDescriptors(own: readonly Channel[]): (Channel | number)[] {
  const stdio: (Channel | number)[] = [...own];
  for (const descriptor of inherited().filter((each) => each >= own.length)) {
    while (stdio.length < descriptor) stdio.push("ignore"); // stays as it is
    stdio[descriptor] = nothing();
  }
  return stdio;
}

/** O_CLOEXEC, as the flags of `/proc/self/fdinfo` have it. */
const CLOSES = 0o2000000;

function inherited(): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc/self/fd").map(Number).filter(isInherited);
}

function isInherited(descriptor: number): boolean {
  try {
    const [, flags = "0"] = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8")) ?? [];
    return (Number.parseInt(flags, 8) & CLOSES) === 0;
  } catch {
    return false; // that with which they were listed
  }
}

let opened: number | undefined;
const nothing = (): number => (opened ??= openSync(devNull, "r"));
