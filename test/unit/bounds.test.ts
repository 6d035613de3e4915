/** What bounds are made of: how time is charged, how JSON, messages, output and faults are kept small. */
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "mocha";
import type { Message } from "vscode-jsonrpc/node";
import { BOUNDS, shortened } from "../../extension/protocol/bounds.ts";
import { childFaultFrom, faultFrom } from "../../extension/protocol/fault.ts";
import { jsonExtent } from "../../extension/protocol/jsonExtent.ts";
import { encode, roomOfAnswer } from "../../extension/protocol/wire.ts";
import { BoundedReader } from "../../extension/supervisor/boundedReader.ts";
import { chargeOf } from "../../extension/supervisor/clock.ts";
import { Output } from "../../extension/supervisor/output.ts";
import { messagesOf } from "../../extension/supervisor/programs.ts";
import { figures, memoryIn, timesOf, useOf } from "../../extension/supervisor/resources.ts";
import { excess } from "../../extension/supervisor/watch.ts";

const times = (ran: number, waited: number, othersWaited = 0) => ({ ran, waited, othersWaited });
const NONE = { wall: 0, program: times(0, 0), host: times(0, 0) };

describe("charge for a stretch of time", () => {
  const cases: [what: string, wall: number, program: ReturnType<typeof times> | undefined, host: ReturnType<typeof times>, charged: number][] = [
    ["computing is charged", 100, times(100, 0), times(0, 0), 100],
    ["sleeping is charged", 100, times(0, 0), times(0, 0), 100],
    ["waiting for a processor is not", 100, times(30, 70), times(0, 0), 30],
    ["sleeping while we wait for a processor is not", 100, times(10, 0), times(0, 90), 10],
    ["nor while we compute", 100, times(10, 0), times(60, 0), 40],
    ["nor while another of its threads waits", 100, times(10, 0, 80), times(0, 0), 20],
    ["computing is charged, however much its other threads wait", 100, times(100, 0, 900), times(0, 900), 100],
    ["a stretch in which all of us stood still is not, but for a tick", 60_000, times(10, 0), times(0, 0), 210],
    ["where the system tells nothing, the wall decides", 100, undefined, times(0, 0), 100],
    ["there, too, only a tick of a stretch in which all of us stood still", 60_000, undefined, times(0, 0), 200],
  ];
  for (const [what, wall, program, host, charged] of cases)
    it(what, () => assert.equal(chargeOf({ ...NONE, program: program && NONE.program }, { wall, program, host }).charged, charged));
});

describe("figures of the system", () => {
  it("of ourselves are there on Linux, and grow", function () {
    if (process.platform !== "linux") return this.skip();
    const before = timesOf(process.pid)?.ran ?? Number.NaN;
    for (const from = process.cpuUsage(); process.cpuUsage(from).user < 50_000; );
    assert.ok((timesOf(process.pid)?.ran ?? 0) > before);
    assert.equal(figures(), "processor time");
    const use = useOf(process.pid);
    assert.ok(use && use.memoryMiB > 20 && use.processorSeconds > 0, JSON.stringify(use));
  });
  it("of a process that is not there are none", () => assert.deepEqual([timesOf(2 ** 30), useOf(2 ** 30)], [undefined, undefined]));
  it("from `ps` count all that a process has started", () => {
    const listing = "    1     0  1024\n   10     1  2048\n   11    10  4096\n   12    11  1024\n   20     1  9999\n";
    assert.deepEqual([memoryIn(listing, 10), memoryIn(listing, 99), memoryIn("", 1)], [7, undefined, undefined]);
  });
  it("beyond their limits make a sentence", () => {
    const limits = { who: "The run", memoryMiB: 2048, processorSeconds: 60 };
    assert.equal(excess({ memoryMiB: 2048, processorSeconds: 60 }, limits), undefined);
    assert.equal(excess({ memoryMiB: 2100.4, processorSeconds: 60 }, limits), "The run was stopped at 2,100 MiB of memory; its limit is 2,048 MiB.");
    assert.equal(excess({ memoryMiB: 1, processorSeconds: 61 }, limits), "The run was stopped after 61 s of processor time; its limit is 60 s.");
  });
});

describe("extent of JSON", () => {
  const cases: [json: string, values: number, depth: number][] = [
    ["1", 1, 0],
    ["[]", 2, 1],
    ["[1,2,3]", 4, 1],
    ['{"a":[1,{"b":null}]}', 5, 3],
    ['["[[[[,,,,","\\"[[","\\\\",[]]', 6, 2],
    [`"${"\\\\".repeat(1000)}"`, 1, 0],
    ['["never closed', 2, 1],
  ];
  for (const [json, values, depth] of cases) it(json.slice(0, 30), () => assert.deepEqual(jsonExtent(Buffer.from(json)), { values, depth }));
});

describe("reader of a child's messages", () => {
  const framed = (body: string): string => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  /** Feeds it pieces. @returns what was handled, and why it refused */
  async function read(...pieces: readonly (string | Buffer)[]): Promise<{ messages: Message[]; refused: string[] }> {
    const stream = new PassThrough();
    const [messages, refused]: [Message[], string[]] = [[], []];
    const reader = new BoundedReader(stream, messagesOf("grader"), (why) => refused.push(why));
    const closed = new Promise((resolve) => reader.onClose(() => resolve(undefined)));
    reader.listen((message) => messages.push(message));
    for (const piece of pieces) stream.write(piece);
    stream.end();
    stream.once("end", () => stream.destroy());
    await closed;
    await reader.handled();
    return { messages, refused };
  }
  const note = (i: number): string => framed(JSON.stringify({ jsonrpc: "2.0", method: "m", params: i }));

  it("takes a message in whatever pieces it comes", async () => {
    const text = framed('{"jsonrpc":"2.0","method":"ä€"}');
    const { messages, refused } = await read(...Array.from(Buffer.from(text + text), (byte) => Buffer.of(byte)));
    assert.deepEqual([messages.length, messages[1], refused], [2, { jsonrpc: "2.0", method: "ä€" }, []]);
  });

  it("takes a flood in order, and lets it wait in the child", async () => {
    const { messages } = await read(...Array.from({ length: 5000 }, (_, i) => note(i)));
    assert.deepEqual(
      messages.map((message) => (message as unknown as { params: number }).params),
      Array.from({ length: 5000 }, (_, i) => i),
    );
  });

  const refusals: [what: string, text: string, says: RegExp][] = [
    ["no header", "hello, world, this is no message of anybody's at all, is it? No, it is not.", /no message/],
    ["another header", "Content-Type: text\r\n\r\n", /no message/],
    ["a length that is none", `Content-Length: many\r\n\r\n{}${" ".repeat(64)}`, /no message/],
    ["a body that is no JSON", framed("{"), /no message/],
    ["a body that is no object", framed("1"), /no message/],
    [
      "a length beyond the bound, before any of it has come",
      `Content-Length: ${BOUNDS.messageBytes + 1}\r\n\r\n`,
      /a message of 129 MiB; at most 128 MiB can be read/,
    ],
    ["too many values", framed(`[${"0,".repeat(BOUNDS.messageValues)}0]`), /a message of 6,000,002 values; at most 6,000,000/],
    ["too many levels", framed("[".repeat(201)), /a message of 201 levels; at most 200/],
  ];
  for (const [what, text, says] of refusals)
    it(`refuses ${what}, and all that follows`, async () => {
      const { messages, refused } = await read(note(1), text, note(2), note(3));
      assert.equal(messages.length, 1);
      assert.equal(refused.length, 1);
      assert.match(refused[0] as string, says);
    });
});

describe("output of a program", () => {
  const told = (...pieces: readonly string[]): string => {
    let all = "";
    const output = new Output((text) => (all += text));
    for (const piece of pieces) output.add(piece);
    output.finish();
    return all;
  };
  const { outputChars } = BOUNDS;
  const [a, b, c] = ["a", "b", "c"].map((letter) => letter.repeat(outputChars)) as [string, string, string];
  const cases: [what: string, pieces: readonly string[], all: string][] = [
    ["little is told as it is", ["one\n", "two\n"], "one\ntwo\n"],
    ["twice the bound is told whole", [a, b], a + b],
    ["of more the beginning and the end", [a, b, c], `${a}\n(32,768 characters that were printed here are not shown)\n${c}`],
    ["in one piece, too", [a + b + c], `${a}\n(32,768 characters that were printed here are not shown)\n${c}`],
    ["and in many", [...(a + b + c)], `${a}\n(32,768 characters that were printed here are not shown)\n${c}`],
  ];
  for (const [what, pieces, all] of cases) it(what, () => assert.ok(told(...pieces) === all));
});

describe("faults", () => {
  it("of a child: it does not say how it ended, nor who ended it", () => {
    for (const kind of ["died", "timedOut", "busy", "anything"])
      assert.deepEqual(childFaultFrom({ kind, by: "us", message: "m" }), { kind: "threw", message: "m" });
    assert.deepEqual(childFaultFrom({ kind: "notWritten", message: "m" }), { kind: "notWritten", message: "m" });
  });
  it("of the supervisor: it does", () => assert.deepEqual(faultFrom({ kind: "busy", by: "us", message: "m" }), { kind: "busy", by: "us", message: "m" }));
  it("are short, and stay as they are when they are looked at again", () => {
    const once = childFaultFrom({ kind: "threw", message: "x".repeat(1e6), stack: "y".repeat(1e6), location: { file: "z".repeat(1e6), line: 1, column: 1 } });
    assert.ok(once.message.length <= BOUNDS.faultChars && once.message.endsWith("… (998,035 more characters)"), once.message.slice(-40));
    assert.deepEqual(
      [once.stack?.length ?? 0, once.location].map((part) => part === undefined || (part as number) <= BOUNDS.stackChars),
      [true, true],
    );
    assert.deepEqual(faultFrom(once), once);
  });
  it("shortened text is never longer than it may be", () => {
    for (const length of [0, 99, 100, 101, 1e6]) assert.ok(shortened("x".repeat(length), 100).length <= 100);
  });
});

describe("room of an answer", () => {
  const cases: [what: string, value: () => unknown, fits: boolean][] = [
    ["60 MiB of tensors", () => Array.from({ length: 3 }, () => new Float32Array(5 * 2 ** 20)), true],
    ["80 MiB of tensors", () => Array.from({ length: 4 }, () => new Float32Array(5 * 2 ** 20)), false],
    ["one tensor many times", () => Array(10).fill(new Float32Array(5 * 2 ** 20)), false],
    ["text", () => "a".repeat(65 * 2 ** 20), false],
    ["keys", () => Object.fromEntries(Array.from({ length: 70 }, (_, i) => [i + "k".repeat(2 ** 20), 1])), false],
    ["empty lists", () => Array.from({ length: 5e6 }, () => []), false],
    ["a list of nothing", () => new Array(2 ** 31), false],
  ];
  for (const [what, value, fits] of cases)
    it(`${what}: ${fits ? "fits" : "does not fit"}`, () => {
      const work = () => encode(value(), undefined, roomOfAnswer());
      if (fits) assert.doesNotThrow(work);
      else assert.throws(work, /^Error: The answer is too large: it has more than 64 MiB/);
    });
});
