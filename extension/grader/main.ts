/** The program that holds the checks and judges. Pack code runs here, learner code never. */
import * as check from "../check/index.ts";
import { connect } from "../child/connection.ts";
import { asResponse, faultOf } from "../child/faults.ts";
import { lockDown } from "../child/lockdown.ts";
import { loadModule } from "../child/modules.ts";
import { prepareStripper } from "../child/strip.ts";
import type { CheckResult } from "../protocol/grade.ts";
import { CheckFinished, GradeRequest, PrepareRequest } from "../protocol/grader.ts";
import { PROTOCOL_VERSION, ReadyNotification } from "../protocol/runtime.ts";
import type { PreparedCheck } from "./examine.ts";
import { Implementations } from "./implementations.ts";
import { MistakenAnswers } from "./mistakenAnswers.ts";
import { Parts } from "./parts.ts";
import { descriptionOf, prepareChecks, unaskedOf } from "./prepare.ts";
import { runChecks } from "./suite.ts";

const connection = connect();
const parts = new Parts(connection);
const implementations = new Implementations(connection, parts);
const mistaken = new MistakenAnswers(implementations);
let prepared: readonly PreparedCheck[] = [];
let sentences: Readonly<Record<string, string>> = {};

await prepareStripper();
lockDown();

connection.onRequest(PrepareRequest, async (params) => {
  const { definedChecks, ...forPacks } = check;
  try {
    for (const file of params.checkFiles) await parts.load(file, () => loadModule(params.checks, { "practicum/check": forPacks }, file));
  } catch (error) {
    return asResponse(faultOf(error, [params.checks]));
  }
  sentences = params.sentences;
  prepared = await prepareChecks(definedChecks(), params, implementations);
  if (params.tier === "save") void mistaken.askAhead(prepared);
  return { checks: definedChecks().map(descriptionOf) };
});

connection.onRequest(GradeRequest, async (params) => {
  mistaken.stopAhead();
  await implementations.stop("attempt"); // of an earlier grade
  const tell = (result: CheckResult) => void connection.sendNotification(CheckFinished, result);
  const checks = prepared.filter(({ definition }) => params.only?.includes(definition.title) ?? true);
  const results = await runChecks({ checks, all: implementations, mistaken, sentences }, params, tell);
  return { unasked: unaskedOf(check.definedChecks(), prepared), results };
});

void connection.sendNotification(ReadyNotification, { protocol: PROTOCOL_VERSION, backend: { name: "cpu", device: "grader", skipped: [] } });
