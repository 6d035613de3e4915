/**
 * A run as TensorBoard's event file: records with checksums (https://www.tensorflow.org/tutorials/load_data/tfrecord) that hold `Event` messages
 * (tensorflow/core/util/event.proto), one for each point.
 */
import path from "node:path";
import crc32c from "crc-32/crc32c.js";
import protobuf from "protobufjs/minimal.js";
import { writeWhole } from "./files/write.ts";
import type { RunRecord, TimedPoint } from "./runStore.ts";

/**
 * Writes the run to a folder of its own, by which TensorBoard names it.
 * @param folder which TensorBoard is given as `--logdir`
 * @returns the file
 */
export async function writeEventFile(folder: string, run: RunRecord): Promise<string> {
  const time = run.startedAt.slice(0, 19).replaceAll(":", "").replace("T", "-");
  const file = path.join(folder, `${run.exercise}-${time}`, `events.out.tfevents.${Math.floor(Date.parse(run.startedAt) / 1000)}.practicum`);
  await writeWhole(file, eventFile(run), { folders: true });
  return file;
}

/** A step is a whole number there: other positions on the x axis are rounded. */
export function eventFile({ startedAt, series }: RunRecord): Buffer {
  const start = Date.parse(startedAt);
  const points = series.flatMap(({ name, points }) => points.map((point) => ({ name, point }))).sort((a, b) => a.point[2] - b.point[2]);
  return Buffer.concat([record(versionEvent(start / 1000)), ...points.map(({ name, point }) => record(scalarEvent(name, point, start)))]);
}

/** Number and wire type of the fields that we write. */
const field = (number: number, wire: 0 | 1 | 2 | 5): number => (number << 3) | wire;
const EVENT = { wallTime: field(1, 1), step: field(2, 0), fileVersion: field(3, 2), summary: field(5, 2) };
const SUMMARY = { value: field(1, 2) };
const VALUE = { tag: field(1, 2), simpleValue: field(2, 5) };

const versionEvent = (seconds: number): Uint8Array =>
  protobuf.Writer.create().uint32(EVENT.wallTime).double(seconds).uint32(EVENT.fileVersion).string("brain.Event:2").finish();

function scalarEvent(name: string, [step, value, at]: TimedPoint, start: number): Uint8Array {
  const event = protobuf.Writer.create()
    .uint32(EVENT.wallTime)
    .double((start + at) / 1000)
    .uint32(EVENT.step)
    .int64(Math.round(step));
  event.uint32(EVENT.summary).fork().uint32(SUMMARY.value).fork();
  event.uint32(VALUE.tag).string(name).uint32(VALUE.simpleValue).float(value);
  return event.ldelim().ldelim().finish();
}

/** Length, its checksum, the data, its checksum. */
function record(data: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, checksum(length), data, checksum(data)]);
}

/** Masked, so that a checksum of data that holds checksums is sound. */
function checksum(data: Uint8Array): Buffer {
  const crc = crc32c.buf(data) >>> 0;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return bytes;
}
