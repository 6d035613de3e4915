/** A real npm registry on loopback, and a user of it with a home of its own. */
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { runServer } from "verdaccio";

// `npm test` hands its own configuration on by the environment, where it counts more than a user's `.npmrc`.
for (const name of Object.keys(process.env)) if (/^npm_config_/i.test(name)) delete process.env[name];

export interface Registry {
  readonly url: string;
  /** Folder with the tarballs: `<package>/<package>-<version>.tgz`. */
  readonly storage: string;
  readonly stop: () => Promise<void>;
}

/** @param access who may read: everyone, or those who are logged in */
export async function startRegistry({
  port = 0,
  storage,
  access = "$all",
}: {
  port?: number;
  storage?: string;
  access?: "$all" | "$authenticated";
} = {}): Promise<Registry> {
  const folder = storage ?? (await mkdtemp(path.join(os.tmpdir(), "practicum-registry-")));
  const config = {
    self_path: folder,
    configPath: path.join(folder, "config.yaml"),
    storage: folder,
    auth: { htpasswd: { file: path.join(folder, "htpasswd") } },
    uplinks: {},
    packages: { "**": { access, publish: "$authenticated" } },
    log: { type: "stdout", format: "pretty", level: "fatal" },
    web: { enable: false },
  };
  const server = (await runServer(config as never)) as Server;
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const stop = async (): Promise<void> => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, storage: folder, stop };
}

/** A folder whose `.npmrc` names the registry, with a cache of its own; logged in when a name is given. */
export async function userOf({ url }: Registry, name?: string): Promise<string> {
  const home = await mkdtemp(path.join(os.tmpdir(), "practicum-user-"));
  const lines = [`registry=${url}`, `cache=${path.join(home, "cache")}`, "fetch-retries=0"];
  if (name) lines.push(`${url.replace(/^http:/, "")}:_authToken=${await logIn(url, name)}`);
  await writeFile(path.join(home, ".npmrc"), `${lines.join("\n")}\n`);
  return home;
}

async function logIn(url: string, name: string): Promise<string> {
  const answer = await fetch(`${url}-/user/org.couchdb.user:${name}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, password: `${name} secret` }),
  });
  const { token } = (await answer.json()) as { token?: string };
  if (!token) throw new Error(`the registry does not let ${name} in: ${answer.status}`);
  return token;
}
