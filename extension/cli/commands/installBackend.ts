/** Installs a backend that does not come with Practicum. */

import { backendsFolder } from "../../packs/places.ts";
import { type Installable, installBackend } from "../../supervisor/installBackend.ts";
import type { Context } from "../context.ts";
import type { CommandResult } from "../perform.ts";

export async function installBackendCommand(context: Context, name: Installable): Promise<CommandResult> {
  const { terminal, dist, signal, supervisor } = context;
  const folder = backendsFolder();
  terminal.print(`Installing @tensorflow/${name} into ${folder}`);
  await installBackend({ name, dist, folder, signal, onLine: (line) => terminal.progress(0, 0, line) });
  terminal.endProgress();
  const found = await (await supervisor.ladder()).try(name, signal);
  if (typeof found !== "string") found.process.kill();
  terminal.print(typeof found === "string" ? `It is installed, but does not start: ${found}` : `It starts: ${found.backend.device}`);
  return {
    exitCode: typeof found === "string" ? 2 : 0,
    json: { name, folder, ...(typeof found === "string" ? { reason: found } : { device: found.backend.device }) },
  };
}
