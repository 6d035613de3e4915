/** What the host posts, checked before it is believed: a malformed update must not break the page. */
import * as z from "zod/mini";
import type { PanelUpdate } from "../../../extension/protocol/panel.ts";
import { grade } from "./grade.ts";
import { profile } from "./profile.ts";
import { earlier, head, series } from "./run.ts";

/** @returns the update, or a sentence that says what is wrong with it */
export function parseUpdate(data: unknown): PanelUpdate | string {
  const parsed = update.safeParse(data);
  return parsed.success ? parsed.data : `not an update of the panel: ${z.prettifyError(parsed.error)}`;
}

const subject = { exercise: z.optional(z.string()), title: z.optional(z.string()), mayCompare: z.optional(z.boolean()), notice: z.optional(z.string()) };
const update = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("show"),
    run: z.optional(z.object({ ...head, series })),
    grade: z.optional(grade),
    tab: z.optional(z.enum(["plots", "checks", "profile"])),
    ...subject,
  }),
  z.object({ kind: z.literal("append"), run: z.string(), series }),
  z.object({ kind: z.literal("state"), run: z.object(head) }),
  z.object({ kind: z.literal("grade"), grade }),
  z.object({ kind: z.literal("profile"), run: z.string(), profile }),
  z.object({ kind: z.literal("earlier"), exercise: z.string(), runs: earlier }),
]);
