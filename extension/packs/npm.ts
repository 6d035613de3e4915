/** npm's own libraries, in a bundle of their own: they are large, and needed only by whoever installs or publishes. */
import Config from "@npmcli/config";
import { definitions, flatten, shorthands } from "@npmcli/config/lib/definitions/index.js";
import * as git from "@npmcli/git";
import { publish } from "libnpmpublish";
import parseSpec from "npm-package-arg";
import fetch from "npm-registry-fetch";
import pacote from "pacote";

export { fetch, git, pacote, parseSpec, publish };

export type NpmOptions = Readonly<Record<string, unknown>>;

/** What npm itself would use here: registries, scopes, tokens, proxies and cache from the user's `.npmrc` and environment. @param cwd whose `.npmrc` counts */
export async function npmOptions(cwd: string): Promise<NpmOptions> {
  // npm's configuration writes what it finds to the environment that it is given: a copy.
  const own = { npmPath: cwd, definitions, flatten, shorthands, argv: [process.execPath, "npm"], cwd, env: { ...process.env }, warn: false };
  const config = new Config(own as ConstructorParameters<typeof Config>[0]);
  await config.load();
  return config.flat;
}
