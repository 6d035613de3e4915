/** Bytes as text: UTF-8, or a sentence that says what they are instead. */
import { UserError } from "../../errors.ts";

const REMEDY = "Save it as UTF-8: VS Code shows the encoding in its status bar, and changes it there.";

/**
 * @param file for messages
 * @returns the text, without its byte order mark
 * @throws {UserError} when it is not UTF-8
 */
export function textFrom(bytes: Uint8Array, file: string): string {
  const wide = wideEncoding(bytes);
  if (wide) throw new UserError(`${file} is written in UTF-16, not in UTF-8.`, REMEDY);
  const nul = bytes.indexOf(0);
  if (nul >= 0) throw new UserError(`${file} is not text: line ${lineAt(bytes, nul)} holds a NUL byte.`, REMEDY);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError(`${file} is not written in UTF-8: line ${lineAt(bytes, firstWrong(bytes))} holds other bytes.`, REMEDY, { cause });
  }
}

/** What can be read of them, for what is to be saved: in the encoding that they begin with, and with a mark for each byte that is of none. */
export const anyText = (bytes: Uint8Array): string => new TextDecoder(wideEncoding(bytes) ?? "utf-8").decode(bytes);

function wideEncoding([first, second]: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined;
}

/** Where what can be read of the bytes is no longer what they are. */
function firstWrong(bytes: Uint8Array): number {
  const read = new TextEncoder().encode(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
  return bytes.findIndex((byte, i) => byte !== read[i]);
}

const lineAt = (bytes: Uint8Array, index: number): number => bytes.subarray(0, index).reduce((lines, byte) => lines + Number(byte === 10), 1);
