/**
 * Ends the children of a supervisor that ended without ending them: killed, or crashed. A child that computes without end would not notice.
 * A shell of one line waits for the supervisor's end of a pipe to close. (Not on Windows, where there is no such shell.)
 */
import { type ChildProcess, spawn } from "node:child_process";

const SCRIPT = `trap '' INT TERM HUP
live=' '
while read -r sign pid; do
  case $sign in
    +) live="$live$pid " ;;
    -) live="\${live%% $pid *} \${live#* $pid }" ;;
  esac
done
for pid in $live; do kill -KILL -"$pid" 2>/dev/null; done`;

let shell: ChildProcess | undefined;

/** The process group of this pid is to end with us. */
export const reapWithUs = (pid: number): void => tell(`+ ${pid}`);

/** It has ended by itself. */
export const reaped = (pid: number): void => tell(`- ${pid}`);

function tell(line: string): void {
  if (process.platform === "win32") return;
  shell ??= start();
  shell.stdin?.write(`${line}\n`);
}

function start(): ChildProcess {
  const child = spawn("/bin/sh", ["-c", SCRIPT], { stdio: ["pipe", "ignore", "ignore"], detached: true, env: {} });
  child.on("error", () => {}); // no shell: only a supervisor that is killed leaves children behind
  child.stdin.on("error", () => {});
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return child;
}
