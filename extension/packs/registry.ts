/** Packs out there: an npm package with the keyword `practicum-pack` on any npm registry, an archive, a folder, a git repository. */
import { createHash } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { messageOf, UserError } from "../errors.ts";
import { plain } from "../protocol/plainText.ts";
import { notPlain, readProblem } from "../supervisor/files/problems.ts";
import { readBytes } from "../supervisor/files/read.ts";
import { temporaryFolder } from "../supervisor/files/temporary.ts";
import { type Files, LIMITS, readArchive } from "./archive.ts";
import { Names, problemWithPath } from "./names.ts";
import type * as Npm from "./npm.ts";

export const KEYWORD = "practicum-pack";

/** Where a pack came from, exactly: enough to have the same bytes again. */
export interface Source {
  readonly spec: string;
  readonly kind: "registry" | "url" | "archive" | "folder" | "git";
  /** Address of the archive or path of the folder; for git with the commit. */
  readonly resolved: string;
  /** As npm writes it, e.g. "sha512-..."; for archives. */
  readonly integrity?: string;
}

export interface RegistryOptions {
  /** Folder of what was built: npm's libraries are there. */
  readonly dist: string;
  /** Instead of the registry that the user's `.npmrc` names. */
  readonly registry?: string;
  /** Whose `.npmrc` counts; the working folder when absent. */
  readonly cwd?: string;
  /** Only what npm's cache holds. */
  readonly offline?: boolean;
  /** false: connections are those of the program that this runs in, with its proxies. In VS Code's extension host npm's own never come to an answer. */
  readonly agent?: false;
  readonly signal?: AbortSignal;
  /** @param bytes that have come so far */
  readonly onProgress?: (bytes: number) => void;
}

/** What a search finds. */
export interface Found {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly author?: string;
  readonly exercises?: number;
  /** Whether it was proven before it was published; "forced": published although it was not. */
  readonly verified?: "verified" | "forced";
}

/**
 * The files of a pack, fetched and held in memory. No script of the package is run.
 * @param spec name or name@range, path of an archive or folder, http(s) or git address
 * @throws {UserError} when it is not to be had, or not what it claims to be
 */
export async function fetchPack(spec: string, options: RegistryOptions): Promise<{ readonly files: Files; readonly source: Source }> {
  const local = path.resolve(options.cwd ?? ".", spec);
  const there = await stat(local).catch(() => undefined);
  if (there?.isDirectory()) return { files: await readFolder(local), source: { spec, kind: "folder", resolved: local } };
  if (there && !there.isFile()) throw notPlain(local, there);
  const npm = await load(options);
  try {
    const parsed = npm.parseSpec(spec, options.cwd);
    if (parsed.type === "git") return await fromGit(npm, spec, options);
    return await fromArchive(npm, spec, kindOf(parsed.type), options);
  } catch (error) {
    throw explained(error, spec, options);
  }
}

/** Packs on the registry whose name, title or keywords match. @param text nothing: all */
export async function searchPacks(text: string, options: RegistryOptions): Promise<readonly Found[]> {
  const npm = await load(options);
  const query = { text: text === "" ? KEYWORD : `${text} ${KEYWORD}`, size: 250 };
  try {
    const answer = searchAnswer.parse(await npm.fetch.json("/-/v1/search", { ...npm.options, query }));
    return answer.objects.slice(0, query.size).flatMap((object) => {
      const found = searchResult.safeParse(object).data?.package;
      return found?.keywords.includes(KEYWORD) ? [foundFrom(found)] : [];
    });
  } catch (error) {
    if (error instanceof z.ZodError)
      throw new UserError("The registry's answer to a search is none.", "Name another registry in your .npmrc.", { cause: error });
    if ((error as NodeJS.ErrnoException).code === "E404")
      throw new UserError("This registry cannot be searched.", "Install a pack by its name, or name another registry in your .npmrc.", { cause: error });
    throw explained(error, text, options);
  }
}

export interface LoadedNpm extends Pick<typeof Npm, "fetch" | "git" | "pacote" | "parseSpec" | "publish"> {
  readonly options: Npm.NpmOptions;
}

/** npm's libraries, and what they are to use. */
export async function load({ dist, registry, cwd = process.cwd(), offline, agent, signal }: RegistryOptions): Promise<LoadedNpm> {
  const npm = (await import(pathToFileURL(path.join(dist, "npm.mjs")).href)) as typeof Npm;
  const options = {
    ...(await npm.npmOptions(cwd)),
    ignoreScripts: true,
    ...(registry && { registry }),
    ...(offline && { offline }),
    ...(agent === false && { agent }),
    ...(signal && { signal }),
  };
  return { ...npm, options };
}

/** Files of a folder, under the limits of an archive; hidden ones and installed packages are left out. */
export async function readFolder(root: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const names = new Names();
  let bytes = 0;
  for await (const [file, isFolder] of pathsIn(root)) {
    const problem = problemWithPath(file) ?? names.take(file, isFolder);
    if (problem) throw new UserError(`${path.join(root, file)} ${problem}.`, "Take it out of the pack.");
    if (isFolder) continue;
    const content = (await readBytes(path.join(root, file), LIMITS.fileBytes)) ?? Buffer.alloc(0);
    bytes += content.length;
    if (files.size === LIMITS.entries) throw new UserError(`${root} holds more than ${LIMITS.entries} files.`, "Name the folder of a pack.");
    if (bytes > LIMITS.totalBytes) throw new UserError(`${root} holds more than ${LIMITS.totalBytes / MIB} MiB.`, "Name the folder of a pack.");
    files.set(file, content);
  }
  return files;
}

const MIB = 2 ** 20;

async function* pathsIn(root: string, below = ""): AsyncGenerator<readonly [file: string, isFolder: boolean]> {
  const entries = await readdir(path.join(root, below), { withFileTypes: true }).catch((error: unknown) => {
    throw readProblem(error, path.join(root, below));
  });
  for (const entry of entries) {
    const file = path.posix.join(below, entry.name);
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    if (!entry.isDirectory() && !entry.isFile()) throw new UserError(`${path.join(root, file)} is neither a file nor a folder.`, "Take it out of the pack.");
    yield [file, entry.isDirectory()];
    if (entry.isDirectory()) yield* pathsIn(root, file);
  }
}

const searchAnswer = z.object({ objects: z.array(z.unknown()).default([]) });
const text = z.string().transform((words) => plain(words.slice(0, 500)));
/** What a registry says of one package; a result that says less is left out. */
const searchResult = z.object({
  package: z.object({
    name: text,
    version: text.optional(),
    /** Where a registry does not say `version`. */
    "dist-tags": z.object({ latest: text.optional() }).optional(),
    description: text.optional(),
    keywords: z.array(text).default([]),
    author: z.object({ name: text.optional() }).optional(),
    publisher: z.object({ username: text.optional() }).optional(),
  }),
});

/** What `publish` says of a pack in its keywords: registries return those in a search, and nothing of ours. */
function foundFrom(found: z.infer<typeof searchResult>["package"]): Found {
  const { name, version, "dist-tags": tags, description, keywords, author, publisher } = found;
  const told = (what: string): string | undefined => keywords.find((word) => word.startsWith(`practicum-${what}-`))?.slice(`practicum-${what}-`.length);
  const by = author?.name ?? publisher?.username;
  const exercises = told("exercises");
  const state = told("state");
  return {
    name,
    version: version ?? tags?.latest ?? "",
    title: description ?? name,
    ...(by && { author: by }),
    ...(Number.isInteger(Number(exercises)) && { exercises: Number(exercises) }),
    ...((state === "verified" || state === "forced") && { verified: state }),
  };
}

async function fromArchive(npm: LoadedNpm, spec: string, kind: Source["kind"], { onProgress, signal }: RegistryOptions) {
  const known = kind === "registry" ? await manifestOf(npm, spec) : undefined;
  const enough = new AbortController();
  let chunks: Buffer[] = [];
  const collect = (stream: NodeJS.ReadableStream): Promise<void> => {
    chunks = []; // npm begins again where its cache was spoilt
    let bytes = 0;
    return new Promise((resolve, reject) => {
      stream.on("error", reject).on("end", resolve);
      stream.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > LIMITS.archiveBytes) {
          reject(new UserError(`The archive is larger than ${LIMITS.archiveBytes / MIB} MiB.`, "Nothing was installed. Tell whoever made the pack."));
          enough.abort(); // else it goes on, into npm's cache
          return;
        }
        chunks.push(chunk);
        onProgress?.(bytes);
      });
    });
  };
  const exact = known && { resolved: known._resolved, integrity: known._integrity };
  await npm.pacote.tarball.stream(
    known ? `${known.name}@${known.version}` : spec,
    collect as never,
    {
      ...npm.options,
      ...exact,
      signal: AbortSignal.any([enough.signal, ...(signal ? [signal] : [])]),
    } as never,
  );
  const archive = Buffer.concat(chunks);
  const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
  return { files: await readArchive(archive), source: { spec, kind, resolved: known?._resolved ?? spec, integrity } };
}

/** What the registry says of the package; npm's library stumbles in many ways over what is no answer. */
async function manifestOf(npm: LoadedNpm, spec: string) {
  try {
    return await npm.pacote.manifest(spec, npm.options);
  } catch (cause) {
    const { code, type } = cause as NodeJS.ErrnoException & { readonly type?: string };
    if (type !== "invalid-json" && code !== "ENOVERSIONS" && !(cause instanceof TypeError)) throw cause;
    throw new UserError(`The registry's answer is no package "${spec}".`, "Look at how its name is written, and at which registry your .npmrc names.", {
      cause,
    });
  }
}

async function fromGit(npm: LoadedNpm, spec: string, { cwd }: RegistryOptions) {
  const parsed = npm.parseSpec(spec, cwd);
  const repository =
    (parsed.hosted as { https?(options: object): string } | undefined)?.https?.({ noCommittish: true, noGitPlus: true }) ?? (parsed.fetchSpec as string);
  const folder = temporaryFolder("git");
  try {
    const sha = await npm.git.clone(repository, parsed.gitCommittish ?? "HEAD", path.join(folder, "pack"), { ...npm.options, spec: parsed });
    return { files: await readFolder(path.join(folder, "pack")), source: { spec, kind: "git", resolved: `${repository}#${sha}` } as Source };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const kindOf = (type: string): Source["kind"] => (type === "remote" ? "url" : type === "file" || type === "directory" ? "archive" : "registry");

const REMEDIES: Readonly<Record<string, readonly [sentence: string, remedy: string]>> = {
  E404: ["is not on the registry", "Look at how its name is written, and at which registry your .npmrc names."],
  E401: ["is not shown to you: the registry wants you to log in", "Log in with npm login, for the registry that has it."],
  E403: ["is not shown to you by the registry", "Ask its owner for access."],
  ETARGET: ["has no such version", "Leave the version out to have the newest."],
  EINTEGRITY: [
    "did not arrive as it was published: its digest is another",
    "Nothing was installed. Try again; if it stays so, tell whoever runs the registry.",
  ],
  ENOTCACHED: ["is not in npm's cache", "Install it once while you are connected."],
  ENOENT: ["is not there", "Look at how its path is written."],
};
const UNREACHABLE = ["ECONNREFUSED", "ENOTFOUND", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "ERR_SOCKET_TIMEOUT", "ERR_STREAM_PREMATURE_CLOSE", "Z_BUF_ERROR"];

function explained(error: unknown, spec: string, { signal }: RegistryOptions): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (error instanceof UserError || signal?.aborted) return error;
  const known = REMEDIES[code];
  if (known) return new UserError(`"${spec}" ${known[0]}.`, known[1], { cause: error });
  if (UNREACHABLE.includes(code) || (error as { type?: string }).type === "system")
    return new UserError(`"${spec}" could not be fetched: ${messageOf(error)}.`, "Nothing was installed. Look at your connection, and try again.", {
      cause: error,
    });
  return error;
}
