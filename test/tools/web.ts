/** Runs the VS Code of `webInstall.ts` on loopback, each time in a home of its own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { NODE } from "./paths.ts";
import { SERVER } from "./webInstall.ts";

/** Everything that VS Code and its extensions write goes below this folder. */
export interface Home {
  readonly folder: string;
  readonly workspace: string;
}

export interface Server {
  /** e.g. "http://127.0.0.1:4711" */
  readonly base: string;
  /** Process id of the server; everything it starts is in its process group. */
  readonly pid: number;
  url(workspace: string, parameters?: Readonly<Record<string, string>>): string;
  /** The path as the workbench names it. */
  uri(file: string): string;
  stop(): Promise<void>;
}

/** No telemetry, no look for updates, nothing that covers the screen. */
const QUIET = {
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "window.commandCenter": false,
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "typescript.disableAutomaticTypeAcquisition": true,
  "git.enabled": false,
  "security.workspace.trust.enabled": false,
};

/** A new home in the system's temp folder: sockets lie below it, and their paths must be short. It goes when this process ends. */
export function newHome(settings: object = {}): Home {
  const folder = mkdtempSync(path.join(tmpdir(), "vsc-"));
  if (!process.env.PRACTICUM_KEEP) process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return prepareHome(folder, { ...QUIET, ...settings });
}

/** Makes of a home what is missing; settings that are there already are left as they are. */
export function prepareHome(folder: string, settings: object): Home {
  const workspace = path.join(folder, "workspace");
  for (const part of [workspace, path.join(folder, "tmp"), path.join(folder, "user/User")]) mkdirSync(part, { recursive: true });
  const file = path.join(folder, "user/User/settings.json");
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(settings, null, 2));
  return { folder, workspace };
}

export function installExtension(home: Home, vsix: string): void {
  execFileSync(NODE, [...homeArguments(home), "--install-extension", path.resolve(vsix), "--force"], {
    env: environment(home),
    stdio: ["ignore", "ignore", "inherit"],
  });
}

export interface ServerOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Further flags of the server, e.g. "--enable-smoke-test-driver". */
  readonly flags?: readonly string[];
  readonly port?: number;
  /** What a browser must know to come in; without it, everybody on this machine is let in. */
  readonly token?: string;
}

export async function startServer(home: Home, options: ServerOptions = {}): Promise<Server> {
  const port = options.port || (await freePort());
  const entry = options.token ? ["--connection-token", options.token] : ["--without-connection-token"];
  const flags = [
    "--host",
    "127.0.0.1",
    "--port",
    String(port),
    ...entry,
    "--accept-server-license-terms",
    "--telemetry-level",
    "off",
    ...(options.flags ?? []),
  ];
  const log = path.join(home.folder, "server.log");
  // A process group of its own, so that what the server starts can be ended with it.
  const child = spawn(NODE, [...homeArguments(home), ...flags], { env: environment(home, options.env), stdio: ["ignore", "pipe", "pipe"], detached: true });
  process.once("exit", () => endGroup(child));
  await listening(child, log);
  const base = `http://127.0.0.1:${port}`;
  return {
    base,
    pid: child.pid as number,
    url: (workspace, parameters = {}) =>
      `${base}/?${new URLSearchParams({ folder: path.resolve(workspace), ...(options.token ? { tkn: options.token } : {}), ...parameters })}`,
    uri: (file) => `vscode-remote://127.0.0.1:${port}${path.resolve(file)}`,
    stop: () => stop(child),
  };
}

const homeArguments = ({ folder }: Home): string[] => [
  SERVER,
  "--user-data-dir",
  path.join(folder, "user"),
  "--extensions-dir",
  path.join(folder, "extensions"),
];

/** The machine's environment less what an outer npm, editor or Node would leak into this one; no extension gallery. */
export function environment(home: Home, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const leaks = /^(VSCODE_|ELECTRON_|CODE_SERVER_|CS_|npm_|XDG_|NODE_OPTIONS$|PORT$|PASSWORD$|HASHED_PASSWORD$|LD_LIBRARY_PATH$)/;
  const own = Object.entries(process.env).filter(([name]) => !leaks.test(name));
  const gallery = JSON.stringify({ serviceUrl: "", itemUrl: "" });
  return { ...Object.fromEntries(own), HOME: home.folder, TMPDIR: path.join(home.folder, "tmp"), EXTENSIONS_GALLERY: gallery, ...extra };
}

const freePort = (): Promise<number> => listened(0);

export const isFree = (port: number): Promise<boolean> =>
  listened(port).then(
    () => true,
    () => false,
  );

/** Listens for a moment. @returns the port, the system's choice for 0 */
async function listened(wanted: number): Promise<number> {
  const probe = createServer().listen(wanted, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}

/** Resolves when the server says that it listens. */
async function listening(child: ChildProcess, log: string): Promise<void> {
  const file = createWriteStream(log);
  child.stderr?.pipe(file);
  child.stdout?.pipe(file);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", (text: Buffer) => text.includes("agent listening on") && resolve());
    child.once("exit", (code) => reject(new Error(`VS Code's server ended with ${code}; its log is ${log}`)));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    const patience = setTimeout(() => child.kill("SIGKILL"), 5000);
    child.kill("SIGTERM");
    await ended;
    clearTimeout(patience);
  }
  endGroup(child);
}

function endGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid as number), "SIGKILL");
  } catch {
    // Nothing of the group is left.
  }
}
