/**
 * A seccomp filter: the system calls that a program may make. Its format is the kernel's (classic BPF, `struct sock_filter` of 8 bytes, little endian), as
 * `setpriv --seccomp-filter` loads it. A filter sees numbers and registers, never what a pointer points at.
 */
import { ABSENT, CLONE, IOCTL, KERNEL, MEMORY_FILES, METADATA, NAMESPACES, NETWORK, NEWEST, type Numbers, PRLIMIT64, PROCESSES, TGKILL } from "./syscalls.ts";

export const ARCHITECTURES = ["x64", "arm64"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

export interface Opened {
  readonly network?: boolean;
  /** It writes files, and so may set their times and modes. */
  readonly writes?: boolean;
  /** It loads the drivers of a GPU. */
  readonly devices?: boolean;
}

/** The program's bytes. Numbers of another architecture, and x86-64's second set (x32), end the process: they would mean other calls. */
export function seccompFilter(architecture: Architecture, opened: Opened = {}): Uint8Array {
  const column = ARCHITECTURES.indexOf(architecture);
  const numberOf = (numbers: Numbers): number => numbers[column] as number;
  const all = (calls: Readonly<Record<string, Numbers>>, verdict: number): Instruction[] =>
    Object.values(calls).flatMap((numbers) => (numberOf(numbers) < 0 ? [] : when(numberOf(numbers), [end(verdict)])));
  const refused = [PROCESSES, NAMESPACES, KERNEL, ...(opened.network ? [] : [NETWORK]), ...(opened.writes ? [] : [METADATA])];
  return encoded([
    load(ARCHITECTURE_AT),
    jump(EQUAL, AUDIT[architecture], 1, 0),
    end(KILL),
    load(NUMBER_AT),
    ...(architecture === "x64" ? [jump(AT_LEAST, X32, 0, 1), end(KILL)] : []),
    jump(ABOVE, NEWEST, 0, 1),
    end(NO_SUCH_CALL),
    ...refused.flatMap((calls) => all(calls, REFUSED)),
    ...all({ ...ABSENT, ...(opened.devices ? {} : MEMORY_FILES) }, NO_SUCH_CALL),
    ...when(numberOf(CLONE), THREADS_ONLY),
    ...when(numberOf(TGKILL), ABORT_ONLY),
    ...when(numberOf(PRLIMIT64), ITSELF_ONLY),
    ...when(numberOf(IOCTL), NO_TYPING),
    end(ALLOWED),
  ]);
}

/** Code, jumps if true and if false (instructions to skip), operand. */
type Instruction = readonly [code: number, yes: number, no: number, operand: number];

// linux/bpf_common.h
const [LOAD_WORD, EQUAL, ABOVE, AT_LEAST, HAS_BIT, RETURN] = [0x20, 0x15, 0x25, 0x35, 0x45, 0x06];
// struct seccomp_data
const [NUMBER_AT, ARCHITECTURE_AT] = [0, 4];
const argumentAt = (index: number): number => 16 + 8 * index; // its low word
// linux/seccomp.h, linux/audit.h
const [KILL, ALLOWED] = [0x8000_0000, 0x7fff_0000];
const errno = (code: number): number => 0x0005_0000 | code;
const REFUSED = errno(1); // EPERM
const NO_SUCH_CALL = errno(38); // ENOSYS
const AUDIT = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;
const X32 = 0x4000_0000;

const load = (at: number): Instruction => [LOAD_WORD, 0, 0, at];
const jump = (code: number, operand: number, yes: number, no: number): Instruction => [code, yes, no, operand];
const end = (verdict: number): Instruction => [RETURN, 0, 0, verdict];
/** @param then comes to an end: the number is no longer loaded behind it */
const when = (number: number, then: readonly Instruction[]): Instruction[] => [jump(EQUAL, number, 0, then.length), ...then];

const CLONE_THREAD = 0x0001_0000;
const CLONE_NEW = 0x7e02_0000; // every CLONE_NEW*
/** No process is begun, only threads. */
const THREADS_ONLY = [load(argumentAt(0)), jump(HAS_BIT, CLONE_NEW, 2, 0), jump(HAS_BIT, CLONE_THREAD, 0, 1), end(ALLOWED), end(REFUSED)];
/** `abort()` signals its own thread so. Whose thread it is can't be asked: its number is not known before the program runs. */
const SIGABRT = 6;
const ABORT_ONLY = [load(argumentAt(2)), jump(EQUAL, SIGABRT, 0, 1), end(ALLOWED), end(REFUSED)];
/** Limits of the process itself (0), not of one with a number. */
const ITSELF_ONLY = [load(argumentAt(0)), jump(EQUAL, 0, 0, 1), end(ALLOWED), end(REFUSED)];
/** Keys put into a terminal would be run by the shell behind it. */
const [TIOCSTI, TIOCLINUX] = [0x5412, 0x541c];
const NO_TYPING = [load(argumentAt(1)), jump(EQUAL, TIOCSTI, 1, 0), jump(EQUAL, TIOCLINUX, 0, 1), end(REFUSED), end(ALLOWED)];

function encoded(program: readonly Instruction[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8 * program.length));
  for (const [index, [code, yes, no, operand]] of program.entries()) {
    bytes.setUint16(8 * index, code, true);
    bytes.setUint8(8 * index + 2, yes);
    bytes.setUint8(8 * index + 3, no);
    bytes.setUint32(8 * index + 4, operand, true);
  }
  return new Uint8Array(bytes.buffer);
}
