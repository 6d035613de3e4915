/**
 * A check passes only by a right answer to its own question: whatever else a runtime sends, in any order. Its side of the protocol is played here, message by
 * message, with all that learner code could write to the channel; ours is the grader's own: connection, decoding, implementations, checks and judgement.
 */
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, it } from "mocha";
import { createMessageConnection, type Message, type MessageConnection, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";
import { exact } from "../../extension/check/index.ts";
import type { PreparedCheck } from "../../extension/grader/examine.ts";
import { Implementations } from "../../extension/grader/implementations.ts";
import { MistakenAnswers } from "../../extension/grader/mistakenAnswers.ts";
import { Parts } from "../../extension/grader/parts.ts";
import { runChecks } from "../../extension/grader/suite.ts";
import { AskRequest, SettleRequest, StartRequest } from "../../extension/protocol/grader.ts";
import { CallRequest, IMPLEMENTATION_FAULT, LoadRequest } from "../../extension/protocol/runtime.ts";
import { encode } from "../../extension/protocol/wire.ts";
import { holdsSoon, json } from "./fuzzing.ts";

/** Each question has an answer of its own: what is right for one is wrong for the others. */
const QUESTIONS = ["first", "second", "third"] as const;
type Question = (typeof QUESTIONS)[number];
const rightFor = (question: Question) => ({ value: QUESTIONS.indexOf(question) + 10, name: question });

/** One message of the runtime, told when the question is known that it is asked. `id`: of which request, beside the one that is asked. */
type Said =
  | { readonly kind: "right"; readonly forged: unknown }
  | { readonly kind: "of another question"; readonly question: Question }
  | { readonly kind: "any value"; readonly value: unknown }
  | { readonly kind: "any result"; readonly result: unknown }
  | { readonly kind: "fault"; readonly data: unknown; readonly code: number }
  | { readonly kind: "right, to another id"; readonly by: number | string | null }
  | { readonly kind: "message"; readonly method: string; readonly params: unknown; readonly id: unknown }
  | { readonly kind: "no message"; readonly message: unknown };

const noise: fc.Arbitrary<Said> = fc.oneof(
  fc.record({ kind: fc.constant("right, to another id" as const), by: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(-1, -2, 1e9, "x", null)) }),
  fc.record({
    kind: fc.constant("message" as const),
    method: fc.constantFrom("runEvent", "ready", "checkFinished", "start", "ask", "stop", "grade", "call", "$/cancelRequest", "$/setTrace", "encode"),
    params: json,
    id: fc.constantFrom(undefined, 1, 2, "1"),
  }),
  fc.record({ kind: fc.constant("no message" as const), message: json.filter((value) => typeof value === "object" && value !== null && !("id" in value)) }),
);
const answer: fc.Arbitrary<Said> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant("right" as const), forged: json }), weight: 3 },
  fc.record({ kind: fc.constant("of another question" as const), question: fc.constantFrom(...QUESTIONS) }),
  fc.record({ kind: fc.constant("any value" as const), value: json }),
  fc.record({ kind: fc.constant("any result" as const), result: json }),
  fc.record({ kind: fc.constant("fault" as const), data: json, code: fc.constantFrom(IMPLEMENTATION_FAULT, 0, -32603) }),
);
/** What is said to a question: noise, the answer that counts, and then anything. */
const script = fc.record({
  before: fc.array(noise, { maxLength: 3 }),
  answer,
  after: fc.array(fc.oneof(noise, answer), { maxLength: 3 }),
});
type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;

/** As JSON-RPC; `id` is that of the question. */
function messageOf(said: Said, id: number, question: Question): unknown {
  const answered = (value: unknown, more: object = {}) => ({ value: encode(value), trace: [], ...more });
  const reply = (result: unknown, to: unknown = id) => ({ jsonrpc: "2.0", id: to, result });
  switch (said.kind) {
    case "right":
      return reply(answered(rightFor(question), { peakBytes: said.forged, madeBytes: said.forged, seconds: said.forged, trace: said.forged }));
    case "of another question":
      return reply(answered(rightFor(said.question)));
    case "any value":
      return reply({ value: said.value, trace: [] });
    case "any result":
      return reply(said.result);
    case "fault":
      return { jsonrpc: "2.0", id, error: { code: said.code, message: "forged", data: said.data } };
    case "right, to another id":
      return reply(answered(rightFor(question)), typeof said.by === "number" ? id + said.by : said.by);
    case "message":
      return { jsonrpc: "2.0", method: said.method, params: said.params, ...(said.id !== undefined && { id: said.id }) };
    case "no message":
      return said.message;
  }
}

const isRight = (said: Said, question: Question): boolean => said.kind === "right" || (said.kind === "of another question" && said.question === question);
const answersIn = ({ answer, after }: Script): readonly Said[] =>
  [answer, ...after].filter(({ kind }) => ["right", "of another question", "any value", "any result", "fault"].includes(kind));

/** Of two answers that come at once the connection takes either: one of them has to be right. */
const mayPass = (script: Script, question: Question): boolean => answersIn(script).some((said) => isRight(said, question));
/** Nothing but right answers, and nobody answers for another. */
const hasToPass = (all: Readonly<Record<Question, Script>>, question: Question): boolean =>
  answersIn(all[question]).every((said) => isRight(said, question)) &&
  Object.values(all).every(({ before, after }) => [...before, ...after].every(({ kind }) => kind !== "right, to another id"));

/** The supervisor's side of a channel whose other side says what the scripts say. */
function channel(load: unknown, scripts: Readonly<Record<Question, Script>>): MessageConnection {
  const [toRuntime, fromRuntime] = [new PassThrough(), new PassThrough()];
  const say = (message: unknown): void => {
    const body = Buffer.from(JSON.stringify(message));
    fromRuntime.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  };
  new StreamMessageReader(toRuntime).listen((message: Message) => {
    const { id, method, params } = message as unknown as { id: number; method: string; params: { method: Question } };
    if (method === LoadRequest.method) return say({ jsonrpc: "2.0", id, result: load });
    if (method !== CallRequest.method || !scripts[params.method]) return;
    const { before, answer, after } = scripts[params.method];
    for (const said of [...before, answer, ...after]) say(messageOf(said, id, params.method));
  });
  const connection = createMessageConnection(new StreamMessageReader(fromRuntime), new StreamMessageWriter(toRuntime), SILENT);
  connection.listen();
  return connection;
}

const SILENT = { error: () => {}, warn: () => {}, info: () => {}, log: () => {} };

/** The grader's connection to a supervisor that has this one runtime. */
function supervisorWith(runtime: MessageConnection): MessageConnection {
  const sendRequest = async (type: { readonly method: string }, params: { readonly name?: string; readonly method?: string }): Promise<unknown> => {
    if (type.method === StartRequest.method) {
      if (params.name !== "attempt") throw new Error("only the attempt is asked");
      return { id: 0, load: await runtime.sendRequest(LoadRequest.method, {}) };
    }
    if (type.method === SettleRequest.method) return null;
    assert.equal(type.method, AskRequest.method);
    return runtime.sendRequest(CallRequest.method, params);
  };
  return { sendRequest, sendNotification: async () => {} } as unknown as MessageConnection;
}

const CHECKS: readonly PreparedCheck[] = QUESTIONS.map((question, i) => ({
  id: `${i + 1}-${question}`,
  seed: i,
  want: rightFor(question),
  definition: {
    title: question,
    points: 1,
    when: "save",
    timeout: 60_000,
    ask: (impl: Record<Question, (x: number) => Promise<unknown>>) => impl[question](i),
    expect: exact.reference(),
  } as never,
}));

async function outcomes(load: unknown, scripts: Readonly<Record<Question, Script>>): Promise<readonly string[]> {
  const runtime = channel(load, scripts);
  const connection = supervisorWith(runtime);
  const all = new Implementations(connection, new Parts(connection));
  const results = await runChecks({ checks: CHECKS, all, mistaken: new MistakenAnswers(all), sentences: {} }, { diagnose: false }, () => {});
  runtime.dispose();
  return results.map(({ outcome }) => outcome);
}

describe("a check passes only by a right answer to its own question", function () {
  this.timeout(60_000);
  const scripts = fc.record({ first: script, second: script, third: script });

  it("whatever else is sent, in any order", () =>
    holdsSoon(scripts, async (scripts) => {
      const found = await outcomes({ implementation: 0, exports: QUESTIONS }, scripts);
      for (const [i, question] of QUESTIONS.entries()) {
        assert.ok(found[i] !== "passed" || mayPass(scripts[question], question), `${question} passes`);
        assert.ok(found[i] === "passed" || !hasToPass(scripts, question), `${question}: ${found[i]}`);
        assert.notEqual(found[i], "timedOut");
      }
    }));

  it("whatever was said of what is there", () =>
    holdsSoon(fc.tuple(json, scripts), async ([load, scripts]) => {
      const found = await outcomes(load, scripts);
      for (const [i, question] of QUESTIONS.entries()) assert.ok(found[i] !== "passed" || mayPass(scripts[question], question), `${question} passes`);
    }));
});
