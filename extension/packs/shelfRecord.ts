/** What the shelf remembers, in one file: the packs that are installed, and of each id that ever was, who made it and how far it had come. */
import path from "node:path";
import * as z from "zod";
import { UserError } from "../errors.ts";
import { BYTES } from "../supervisor/files/bounds.ts";
import { readText } from "../supervisor/files/read.ts";
import { writeWhole } from "../supervisor/files/write.ts";

const recordSchema = z.object({
  format: z.literal(1),
  packs: z.array(
    z.object({
      id: z.string(),
      version: z.string(),
      digest: z.string(),
      source: z.object({
        spec: z.string(),
        kind: z.enum(["registry", "url", "archive", "folder", "git"]),
        resolved: z.string(),
        integrity: z.string().optional(),
      }),
      /** Fingerprint of the key that signed it. */
      signer: z.string().optional(),
      forced: z.boolean().optional(),
      installedAt: z.string(),
    }),
  ),
  /** Pack id -> public key of whoever signed it first, or was accepted since. Stays when the pack is removed, as does the next. */
  publishers: z.record(z.string(), z.string()),
  /** Pack id -> the newest that was ever installed of that publisher's. Absent in older files. */
  newest: z.record(z.string(), z.object({ version: z.string(), digest: z.string() })).default({}),
});
export type ShelfRecord = z.infer<typeof recordSchema>;
export type Installed = ShelfRecord["packs"][number];

/** @throws {UserError} when the file was damaged */
export async function readRecord(folder: string): Promise<ShelfRecord> {
  const file = fileIn(folder);
  const text = await readText(file, BYTES.record);
  if (text === undefined) return { format: 1, packs: [], publishers: {}, newest: {} };
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(`${file} cannot be read.`, "Move it away, then install your packs again; attempts and progress are elsewhere.", { cause });
  }
}

export const saveRecord = (folder: string, record: ShelfRecord): Promise<unknown> =>
  writeWhole(fileIn(folder), `${JSON.stringify(record, null, 2)}\n`, { folders: true });

const fileIn = (folder: string): string => path.join(folder, "packs.json");
