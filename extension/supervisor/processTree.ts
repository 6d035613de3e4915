/** The processes behind a child, where the system lists them (Linux): a child may be a container around the program. */
import { readFileSync } from "node:fs";

/** Programs that start ours within them, and take no part in its work. */
const CONTAINERS = ["bwrap", "setpriv"];

/** Pids of the process and of all that it has started, it first; it alone where the system does not tell. */
export const treeOf = (pid: number): readonly number[] => [pid, ...childrenOf(pid).flatMap(treeOf)];

/** The program itself: the first of the tree that is no container; nothing before that has begun, or where the system does not tell. */
export const programOf = (pid: number): number | undefined => treeOf(pid).find((each) => isProgram(each));

function isProgram(pid: number): boolean {
  const name = read(`/proc/${pid}/comm`)?.trim();
  return name !== undefined && !CONTAINERS.includes(name);
}

function childrenOf(pid: number): number[] {
  const listed = read(`/proc/${pid}/task/${pid}/children`) ?? "";
  return listed.split(" ").filter(Boolean).map(Number);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // it has ended, or there is no such list
  }
}
