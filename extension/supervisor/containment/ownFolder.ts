/** What a rung without namespaces of its own gives a program to live in. */
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { temporaryFolder } from "../files/temporary.ts";

export interface OwnFolder {
  /** Of this process alone, until it ends. */
  readonly folder: string;
  /** Working folder of the programs, and empty: none of them may write. */
  readonly empty: string;
}

export function ownFolder(): OwnFolder {
  const folder = temporaryFolder("rung");
  const empty = path.join(folder, "empty");
  mkdirSync(empty);
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return { folder, empty };
}

/** OpenSSL, and with it Node, does not start where its configuration is there and can't be read. */
export const WITHOUT_CONFIGURATION = { OPENSSL_CONF: "/dev/null" } as const;
