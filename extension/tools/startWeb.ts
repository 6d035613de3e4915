/** VS Code in the browser for one learner: its settings, and an address that stays the same from start to start. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Home, installExtension, isFree, prepareHome, type Server, startServer } from "../../test/tools/web.ts";

/** The folder is the learner's own. In Restricted Mode the editor's TypeScript would not start, and would stay away after trust is given until a reload. */
const SETTINGS = {
  "security.workspace.trust.enabled": false,
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "telemetry.telemetryLevel": "off",
  "chat.disableAIFeatures": true,
};

export interface WebStart {
  /** Keeps settings and installed extensions between starts. */
  readonly folder: string;
  readonly vsix: string;
  /** Holds the learner's attempts and progress; the workspace that is opened. */
  readonly learner: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Another port than the one remembered. */
  readonly port?: number;
}

export async function startWeb({
  folder,
  vsix,
  learner,
  env,
  port,
}: WebStart): Promise<{ readonly home: Home; readonly server: Server; readonly url: string }> {
  const home = prepareHome(folder, SETTINGS);
  installExtension(home, vsix);
  mkdirSync(path.join(learner, ".practicum"), { recursive: true }); // by which the extension knows the folder
  const kept = readAddress(folder);
  // A browser keeps open editors and layout under the address: another one starts with an empty screen.
  const wanted = port ?? kept?.port;
  const free = wanted !== undefined && (await isFree(wanted)) ? wanted : undefined;
  const token = kept?.token ?? randomBytes(16).toString("hex");
  const server = await startServer(home, { token, ...(free !== undefined && { port: free }), ...(env && { env }) });
  if (!kept) writeFileSync(addressFile(folder), JSON.stringify({ port: Number(new URL(server.base).port), token }), { mode: 0o600 });
  return { home, server, url: server.url(learner) };
}

const addressFile = (folder: string): string => path.join(folder, "address.json");

function readAddress(folder: string): { readonly port: number; readonly token: string } | undefined {
  const file = addressFile(folder);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}
