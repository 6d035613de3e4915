/** A profile as a trace for other programs. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Frame, Profile } from "../../extension/protocol/profile.ts";
import { chromeTrace, type TraceEvent } from "../../extension/supervisor/profile/chromeTrace.ts";
import { brokenTraceRules } from "../tools/traceRules.ts";
import { forward } from "../webview/profileFixture.ts";

const written = (profile: Profile): string => JSON.stringify(chromeTrace(profile, "A forward pass"));

describe("Chrome trace", () => {
  const { traceEvents } = chromeTrace(forward, "A forward pass");
  const calls = traceEvents.filter(({ ph }) => ph === "X");

  it("names process and lanes", () => {
    const named = traceEvents.filter(({ ph }) => ph === "M").map(({ name, args }) => [name, args?.name]);
    assert.deepEqual(named, [
      ["process_name", "A forward pass"],
      ["thread_name", "program"],
    ]);
  });

  it("has a complete event for each call, in whole microseconds, with its line", () => {
    assert.equal(calls.length, forward.head.length);
    assert.deepEqual(calls[2], { name: "matMul", ph: "X", cat: "op", pid: 1, tid: 1, ts: 1001, dur: 20_000, args: { line: "layers.ts:25" } });
    for (const { ts, dur } of calls) assert.ok(Number.isInteger(ts) && Number.isInteger(dur));
  });

  it("begins after 0, which is taken for no time at all", () => assert.equal(calls[0]?.ts, 1));

  it("has the memory as a counter", () =>
    assert.deepEqual(
      traceEvents.filter(({ ph }) => ph === "C").map(({ ts, args }) => [ts, args?.bytes]),
      [
        [21_001, 1024],
        [30_001, 4096],
      ],
    ));

  it("is read again as it was written", () => assert.deepEqual(JSON.parse(JSON.stringify({ traceEvents })), { traceEvents }));
});

describe("rules of Perfetto for a trace", () => {
  const beside: Frame[] = [
    [1, 0, 6, 0],
    [5, 2, 8, 1],
    [2, 3, 1, -1],
  ];
  const kept: [what: string, profile: Profile][] = [
    ["a program", forward],
    ["calls beside each other", { ...forward, head: beside }],
    ["calls that take no time, where others end and begin", { ...forward, head: [...forward.head, [3, 21, 0, 1], [4, 30.5, 0, 1], [1, 42.5, 0, 0]] }],
    [
      "ends that differ by what adding numbers costs",
      {
        ...forward,
        head: [
          [1, 0.1, 0.2, 0],
          [2, 0.2, 0.1, 0],
          [3, 0.3, 0.101, 1],
          [4, 0.301, 0.1, 1],
        ],
      },
    ],
    ["calls that were left out", { ...forward, tail: [[7, 96, 1, -1]] }],
  ];
  for (const [what, profile] of kept) it(`are kept by ${what}`, () => assert.deepEqual(brokenTraceRules(written(profile)), []));

  const trace = JSON.parse(written(forward)) as { readonly traceEvents: readonly TraceEvent[] };
  const [call] = trace.traceEvents.filter(({ ph }) => ph === "X") as [TraceEvent];
  const withEvent = (event: object): string => JSON.stringify({ ...trace, traceEvents: [...trace.traceEvents, event] });
  const broken: [what: string, text: string, says: RegExp][] = [
    ["a list", JSON.stringify(trace.traceEvents), /not an object/],
    ["another unit", JSON.stringify({ ...trace, displayTimeUnit: "us" }), /neither ms nor ns/],
    ["a unit after the events", JSON.stringify({ traceEvents: trace.traceEvents, displayTimeUnit: "ms" }), /before the events/],
    ["no events", JSON.stringify({ displayTimeUnit: "ms" }), /no list/],
    ["a time as text", withEvent({ ...call, ts: "1" }), /X block: the time/],
    ["a time before the beginning", withEvent({ ...call, ts: -1 }), /X block: the time/],
    ["no duration", withEvent({ ...call, dur: undefined }), /X block: the duration/],
    ["a thread as text", withEvent({ ...call, tid: "program" }), /process and thread/],
    ["a phase of another format", withEvent({ ...call, ph: "Z" }), /no such phase/],
    ["a counter of nothing", withEvent({ ...call, ph: "C", args: {} }), /a counter has numbers/],
    ["a counter as text", withEvent({ ...call, ph: "C", args: { bytes: "1 KiB" } }), /a counter has numbers/],
    ["an instant of nobody", withEvent({ ...call, ph: "i" }), /an instant is of/],
    ["a process without a name", withEvent({ ...call, ph: "M", name: "process_name", args: { name: "" } }), /metadata names/],
    ["a thread without a name", withEvent({ ...call, tid: 9 }), /thread 9 has no name/],
    ["calls across each other", withEvent({ ...call, ts: 42_000, dur: 1000 }), /block at 42000 ends after block, in which it began/],
  ];
  for (const [what, text, says] of broken) it(`are broken by ${what}`, () => assert.match(brokenTraceRules(text).join("\n"), says));
});
