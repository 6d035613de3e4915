/** Folders for what is thrown away. */
import { mkdtempSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { UserError } from "../../errors.ts";
import { writeProblem } from "./problems.ts";

/** @param what it is for, in a word @returns a new folder, of nobody else's @throws {UserError} when none can be made */
export function temporaryFolder(what: string): string {
  const folder = os.tmpdir();
  try {
    return mkdtempSync(path.join(folder, `practicum-${what}-`));
  } catch (error) {
    const problem = writeProblem(error, folder, "Temporary files");
    throw problem instanceof UserError ? new UserError(problem.message, REMEDY, { cause: error }) : problem;
  }
}

const REMEDY =
  process.platform === "win32"
    ? "Set TEMP to a folder that is there and has room."
    : "Set TMPDIR to a folder that is there, that you may write to, and that has room.";
