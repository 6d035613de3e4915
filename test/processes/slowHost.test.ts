/** A host that does not read, because it is busy or gone to sleep, holds up no training; what it missed is there when it reads again. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { after, describe, it } from "mocha";
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";
import { runEventOf } from "../../extension/protocol/runEvent.ts";
import { LoadRequest, ReadyNotification, type RunEvent, RunEventNotification, RunRequest } from "../../extension/protocol/runtime.ts";
import { BASE_FLAGS } from "../../extension/supervisor/node.ts";
import { attemptOf, dist, REFERENCE } from "./tinyPack.ts";

const STEPS = 2_000_000;
const PROGRAM = `import { trace } from "practicum";
export default async function run(): Promise<void> {
  for (let step = 0; step < ${STEPS}; step++) trace.log({ loss: 1 / step }, step);
  console.log("trained");
}`;

describe("a slow host", function () {
  this.timeout(60_000);
  let child: ChildProcess;
  after(() => child.kill("SIGKILL"));

  it("holds up no training, and hears of every point, or that it was merged", async () => {
    child = spawn(process.execPath, [...BASE_FLAGS, path.join(dist, "runtime.mjs")], { stdio: ["ignore", "pipe", "inherit", "pipe", "pipe"] });
    const [, stdout, , input, output] = child.stdio as unknown as [null, Readable, null, Writable, Readable];
    const connection = createMessageConnection(new StreamMessageReader(output), new StreamMessageWriter(input));
    const events: RunEvent[] = [];
    connection.onNotification(RunEventNotification, (wire) => void events.push(runEventOf(wire) as RunEvent));
    const ready = new Promise<void>((resolve) => connection.onNotification(ReadyNotification, () => resolve()));
    connection.listen();
    await ready;
    const { implementation } = await connection.sendRequest(LoadRequest, { source: attemptOf(REFERENCE), seed: 1 });
    const running = connection.sendRequest(RunRequest, { implementation, program: attemptOf(PROGRAM), scale: "quick" });
    output.pause();
    await new Promise<void>((resolve) => stdout.once("data", () => resolve())); // "trained", while nobody reads
    output.resume();
    await running;
    const points = events.flatMap((event) => (event.kind === "points" ? event.points : []));
    const merged = events.reduce((sum, event) => sum + (event.kind === "points" ? (event.merged ?? 0) : 0), 0);
    assert.equal(points.length + merged, STEPS);
    assert.equal(points.at(-1)?.step, STEPS - 1);
    assert.ok(points.length < 50_000, `${points.length} points were kept for it`);
  });
});
