/** bubblewrap from Debian's package, so that its rung is tested where it is not installed. */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { lastLine, unpackDebian } from "./debian.ts";
import { BUBBLEWRAP } from "./paths.ts";

/** Environment of a suite that finds `bwrap` on its PATH; or why there is none. Whether the system lets it work is told by the probe of the rung. */
export type Bubblewrap = { readonly env: Readonly<Record<string, string>> } | { readonly reason: string };

/** Unpacks it at the first call, where none is on the PATH. What it is linked with, every Debian has: apt itself needs it. */
export function unpackBubblewrap(): Bubblewrap {
  if (!refusal("bwrap")) return { env: {} };
  const folder = path.join(BUBBLEWRAP, "usr/bin");
  const reason = unpackDebian({ folder: BUBBLEWRAP, packages: ["bubblewrap"], what: "bubblewrap" }) ?? refusal(path.join(folder, "bwrap"));
  return reason ? { reason } : { env: { PATH: [folder, process.env.PATH].filter(Boolean).join(path.delimiter) } };
}

function refusal(program: string): string | undefined {
  try {
    execFileSync(program, ["--version"], { stdio: "pipe" });
    return undefined;
  } catch (error) {
    return lastLine(error);
  }
}
