/** A `setpriv` that knows Landlock and seccomp filters: Debian's since trixie, started by its own loader with its own C library. What it starts uses the system's. */
import { chmodSync, globSync, writeFileSync } from "node:fs";
import path from "node:path";
import { unpackDebian } from "./debian.ts";
import { UTIL_LINUX } from "./paths.ts";

export type Setpriv = { readonly program: string } | { readonly reason: string };

/** Unpacks it at the first call. */
export function unpackSetpriv(): Setpriv {
  const packages = ["util-linux", "libc6", "libcap-ng0"];
  const reason = unpackDebian({ folder: UTIL_LINUX, packages, suites: ["trixie"], alone: true, what: "setpriv of util-linux 2.41 (about 20 MB)" });
  if (reason) return { reason };
  const program = path.join(UTIL_LINUX, "setpriv");
  const [loader] = globSync(path.join(UTIL_LINUX, "usr/lib/*-linux-gnu/ld-linux-*.so.*"));
  if (!loader) return { reason: `${UTIL_LINUX} holds no loader; delete it and try again` };
  const start = [loader, "--library-path", path.dirname(loader), path.join(UTIL_LINUX, "usr/bin/setpriv")].map((word) => `"${word}"`);
  writeFileSync(program, `#!/bin/sh\nunset PWD # the shell would hand it on\nexec ${start.join(" ")} "$@"\n`);
  chmodSync(program, 0o755);
  return { program };
}
