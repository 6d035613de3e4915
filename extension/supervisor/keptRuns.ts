/** Runs that have ended, kept as files so that later ones can be compared with them. Windows share a folder: a file is written whole, and never changed. */
import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf } from "../errors.ts";
import { jsonText } from "../protocol/panel.ts";
import { BoundedSeries } from "./boundedSeries.ts";
import { BYTES } from "./files/bounds.ts";
import { readText } from "./files/read.ts";
import { writeWhole } from "./files/write.ts";
import { FORMAT, parseRecord } from "./runRecord.ts";
import type { RunRecord, TimedPoint } from "./runStore.ts";

export interface Limits {
  /** Of each exercise. */
  readonly runs: number;
  /** Of all exercises. */
  readonly bytes: number;
  /** Of each series: as many as TensorBoard shows, and half of what a screen can. */
  readonly points: number;
}
const LIMITS: Limits = { runs: 20, bytes: 32 * 2 ** 20, points: 1000 };

export class KeptRuns {
  readonly #folder: string;
  readonly #log: (line: string) => void;
  readonly #limits: Limits;
  readonly #listeners = new Set<(exercise: string) => void>();
  /** What has been read, by file; of one exercise only. */
  #read: { readonly exercise: string; readonly files: Map<string, RunRecord | undefined> } = { exercise: "", files: new Map() };

  /** @param log is told of what could not be read or written; a run is not worth more than that */
  constructor(folder: string, log: (line: string) => void, limits = LIMITS) {
    this.#folder = folder;
    this.#log = log;
    this.#limits = limits;
  }

  /** Calls back with the exercise whose runs have changed, until the returned function is called. */
  onChange(listener: (exercise: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Keeps a run that has traced something, and lets go of the oldest. */
  async keep(record: RunRecord): Promise<void> {
    if (record.series.length === 0) return;
    await this.#guard(`The run ${record.id} could not be kept`, async () => {
      await this.#write(record);
      await this.#prune();
    });
    this.#changed(record.exercise);
  }

  /** The exercise's runs, newest first. */
  async list(exercise: string): Promise<readonly RunRecord[]> {
    if (this.#read.exercise !== exercise) this.#read = { exercise, files: new Map() };
    const { files } = this.#read;
    const there = await filesIn(path.join(this.#folder, exercise));
    for (const file of there) if (!files.has(file)) files.set(file, await this.#record(file));
    const records = there.flatMap((file) => files.get(file) ?? []).filter((record) => record.exercise === exercise);
    return records.sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
  }

  async remove(exercise: string, id: string): Promise<void> {
    await this.#guard(`The run ${id} could not be removed`, () => rm(this.#fileOf(exercise, id), { force: true }));
    this.#changed(exercise);
  }

  async #write(record: RunRecord): Promise<void> {
    const { output: _, progress: __, ...head } = record;
    const series = record.series.map(({ name, points }) => ({ name, points: thinned(points, this.#limits.points) }));
    const text = jsonText({ format: FORMAT, ...head, series });
    if (text.length > this.#limits.bytes / 4) throw new Error(`it has ${record.series.length} series, too many`);
    await writeWhole(this.#fileOf(record.exercise, record.id), text, { folders: true });
  }

  /** Another window may do the same at this moment: what is gone is gone. */
  async #prune(): Promise<void> {
    const exercises = (await readdir(this.#folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const kept: { file: string; bytes: number; at: number }[] = [];
    for (const { name } of exercises) {
      const files = (await Promise.all((await filesIn(path.join(this.#folder, name))).map(sized))).flat().sort((a, b) => b.at - a.at);
      for (const { file } of files.slice(this.#limits.runs)) await rm(file, { force: true });
      kept.push(...files.slice(0, this.#limits.runs));
    }
    let bytes = 0;
    for (const one of kept.sort((a, b) => b.at - a.at)) {
      bytes += one.bytes;
      if (bytes > this.#limits.bytes) await rm(one.file, { force: true });
    }
  }

  async #record(file: string): Promise<RunRecord | undefined> {
    const record = await readText(file, BYTES.run).then(
      (text) => (text === undefined ? "it is gone" : parseRecord(text)),
      (error: unknown) => messageOf(error),
    );
    if (typeof record !== "string") return record;
    this.#log(`${path.basename(file)} is no run that can be compared: ${record}`);
    return undefined;
  }

  async #guard(failure: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log(`${failure}: ${messageOf(error)}`);
    }
  }

  #fileOf(exercise: string, id: string): string {
    return path.join(this.#folder, exercise, `${path.basename(id)}.json`);
  }

  #changed(exercise: string): void {
    for (const listener of this.#listeners) listener(exercise);
  }
}

function thinned(points: readonly TimedPoint[], limit: number): readonly TimedPoint[] {
  const series = new BoundedSeries<TimedPoint>(limit);
  for (const point of points) series.push(point);
  return series.points();
}

/** None where there is no such folder. */
async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith(".json")).map((name) => path.join(folder, name));
}

const sized = (file: string): Promise<{ file: string; bytes: number; at: number }[]> =>
  stat(file).then(
    ({ size, mtimeMs }) => [{ file, bytes: size, at: mtimeMs }],
    () => [],
  );
