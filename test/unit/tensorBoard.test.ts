import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import protobuf from "protobufjs";
import { RunStore } from "../../extension/supervisor/runStore.ts";
import { eventFile, writeEventFile } from "../../extension/supervisor/tensorBoard.ts";

/** As TensorFlow declares them, as far as scalars go. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Event { double wall_time = 1; int64 step = 2; oneof what { string file_version = 3; Summary summary = 5; } }
  message Summary { repeated Value value = 1; message Value { string tag = 1; float simple_value = 2; } }
`);
const Event = root.lookupType("Event");

/** Bit by bit, by the polynomial of Castagnoli. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
const masked = (bytes: Uint8Array): number => Number((((BigInt(crc32c(bytes)) >> 15n) | (BigInt(crc32c(bytes)) << 17n)) + 0xa282ead8n) & 0xffffffffn);

/** The records of a file, their checksums verified. */
function records(file: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const data = file.subarray(at + 12, at + 12 + length);
    assert.equal(file.readUInt32LE(at + 8), masked(file.subarray(at, at + 8)), "checksum of the length");
    assert.equal(file.readUInt32LE(at + 12 + length), masked(data), "checksum of the data");
    found.push(data);
    at += 16 + length;
  }
  return found;
}

const startedAt = "2026-01-02T03:04:05.000Z";
const seconds = Date.parse(startedAt) / 1000;
const run = {
  ...new RunStore({ id: "run-1", exercise: "gpt", title: "GPT", scale: "quick", startedAt }).record(),
  series: [
    {
      name: "loss",
      points: [
        [1, 4.25, 10],
        [3e12, Number.NaN, 2000],
      ] as const,
    },
    {
      name: "perplexity",
      points: [
        [1, 70, 10],
        [-1, Number.POSITIVE_INFINITY, 500],
      ] as const,
    },
  ],
};

describe("TensorBoard's event file", () => {
  it("knows the checksum of the specification", () => assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283)); // RFC 3720, and every CRC catalogue

  it("has the version first, then each point in order of time", () => {
    const events = records(eventFile(run)).map((data) => Event.toObject(Event.decode(data), { longs: Number }));
    assert.deepEqual(events, [
      { wallTime: seconds, fileVersion: "brain.Event:2" },
      { wallTime: seconds + 0.01, step: 1, summary: { value: [{ tag: "loss", simpleValue: 4.25 }] } },
      { wallTime: seconds + 0.01, step: 1, summary: { value: [{ tag: "perplexity", simpleValue: 70 }] } },
      { wallTime: seconds + 0.5, step: -1, summary: { value: [{ tag: "perplexity", simpleValue: Number.POSITIVE_INFINITY }] } },
      { wallTime: seconds + 2, step: 3e12, summary: { value: [{ tag: "loss", simpleValue: Number.NaN }] } },
    ]);
  });

  it("stands in a folder of its own, by which TensorBoard names the run", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "practicum-events-"));
    const file = await writeEventFile(folder, run);
    assert.equal(path.relative(folder, file), path.join("gpt-2026-01-02-030405", `events.out.tfevents.${seconds}.practicum`));
    assert.deepEqual(readFileSync(file), eventFile(run));
  });
});
