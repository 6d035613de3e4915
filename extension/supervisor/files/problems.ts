/** What keeps a file from being read or written, as a sentence and a remedy: the one table of what an operating system may answer. */
import { UserError } from "../../errors.ts";

type Told = readonly [why: string, remedy: string];

/** Of the machine, whatever is done with the file. */
const MACHINE: Readonly<Record<string, Told>> = {
  EMFILE: ["too many files are open", "Close some programs, or raise the limit of open files (ulimit -n), then try again."],
  ENFILE: ["too many files are open on this machine", "Close some programs, then try again."],
  ENOMEM: ["this machine has no memory left", "Close some programs, then try again."],
  EIO: ["its disk reports an error", "Check the disk, or use another."],
  ENAMETOOLONG: ["its name is longer than this system can store", "Choose a shorter name, or a folder that is less deep."],
  ELOOP: ["it is a link that leads back to itself", "Put a file or a folder in the place of the link."],
  EBUSY: ["another program is using it", "Close that program, then try again."],
};

const READING: Readonly<Record<string, Told>> = {
  ...MACHINE,
  ENOENT: ["there is no such file", "Check how its path is written."],
  ENOTDIR: ["part of its path is a file, not a folder", "Check how its path is written."],
  EISDIR: ["it is a folder, not a file", "Put a file in its place, or name another."],
  EACCES: ["you may not read it", "Give yourself permission to read it, or move it away."],
  EPERM: ["you may not read it", "Give yourself permission to read it, or move it away."],
};

const WRITING: Readonly<Record<string, Told>> = {
  ...MACHINE,
  ENOSPC: ["the disk is full", "Free some space, then try again."],
  EDQUOT: ["your quota on this disk is used up", "Free some space, then try again."],
  EFBIG: ["it would be larger than this disk can store", "Choose a place on another disk."],
  EROFS: ["its disk is read-only", "Choose a place that you can write to."],
  EACCES: ["you may not write there", "Give yourself permission to write there, or choose another place."],
  EPERM: ["you may not write there", "Give yourself permission to write there, or choose another place."],
  ENOENT: ["its folder is not there", "Make the folder first, or choose one that is there."],
  ENOTDIR: ["part of its path is a file, not a folder", "Choose another place."],
  EEXIST: ["something of that name is there already", "Move that away, or choose another name."],
  EISDIR: ["it is a folder", "Choose another name."],
  ENXIO: ["nothing reads from it", "Name a plain file."],
};

/** @returns the failure to be thrown: a `UserError` for whatever the system says, the error itself where it is a bug of ours */
export const readProblem = (error: unknown, file: string): unknown => explained(error, `${file} cannot be read`, READING);
/** @param what it is, where a person has named the file for it, e.g. "The trace" */
export const writeProblem = (error: unknown, file: string, what?: string): unknown =>
  explained(error, what === undefined ? `${file} could not be written` : `${what} could not be written to ${file}`, WRITING);

/** What is the machine's fault and was not foreseen where it happened, such as a full disk under the folder of temporary files. Anything else stays as it is. */
export function systemProblem(error: unknown): unknown {
  const { code = "", path = "A file", syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (syscall === "uv_cwd")
    return new UserError("The folder that you are in is not there any more.", "Go to another folder, then try again.", { cause: error });
  const everywhere = Object.hasOwn(MACHINE, code) || ["ENOSPC", "EDQUOT", "EROFS", "EFBIG"].includes(code);
  return everywhere ? explained(error, `${path} cannot be used`, WRITING) : error;
}

function explained(error: unknown, what: string, table: Readonly<Record<string, Told>>): unknown {
  const { code, errno } = (error ?? {}) as NodeJS.ErrnoException;
  if (error instanceof UserError || code === undefined || errno === undefined) return error;
  const [why, remedy] = table[code] ?? [`the system says ${code}`, "Choose another place, or try again."];
  return new UserError(`${what}: ${why}.`, remedy, { cause: error });
}

interface Kind {
  isFile(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

/** e.g. "a named pipe" */
export const kindText = (kind: Kind): string =>
  kind.isFile() ? "a file" : kind.isDirectory() ? "a folder" : kind.isFIFO() ? "a named pipe" : kind.isSocket() ? "a socket" : "a device";

export const notPlain = (file: string, kind: Kind): UserError =>
  new UserError(`${file} is ${kindText(kind)}, not a file.`, "Put a plain file in its place, or move it away.");

export const leadsNowhere = (file: string, target: string): UserError =>
  new UserError(`${file} is a link to ${target}, which is not there.`, "Put a file in the place of the link, or make what it leads to.");
