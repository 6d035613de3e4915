/** The program that runs one implementation: it gets inputs and returns outputs, and knows nothing of checks. */
import "./backends/sandboxRungs.ts";
import type { Message } from "vscode-jsonrpc";
import { ChannelWriter, connect } from "../child/connection.ts";
import { asResponse, callerOf, faultOf } from "../child/faults.ts";
import { lockDown } from "../child/lockdown.ts";
import { loadModule } from "../child/modules.ts";
import { prepareStripper } from "../child/strip.ts";
import { type Encoded, type EncodeParams, EncodeRequest } from "../protocol/pretrained.ts";
import {
  AnswerPartRequest,
  BenchmarkRequest,
  CallRequest,
  LoadRequest,
  PROTOCOL_VERSION,
  ReadyNotification,
  RunEventNotification,
  RunRequest,
  SettledRequest,
  type SourceTree,
} from "../protocol/runtime.ts";
import { decode, encode, namesFrom } from "../protocol/wire.ts";
import { settleBackend, startBackend } from "./backends/ladder.ts";
import { askedThreads } from "./backends/wasm.ts";
import { benchmark } from "./benchmark.ts";
import { checkpointsBy } from "./checkpoints.ts";
import { EventBuffer } from "./eventBuffer.ts";
import { EventStream } from "./events.ts";
import { partOf, whole } from "./heldAnswers.ts";
import { Implementation } from "./implementation.ts";
import { lockThreads } from "./kernels/lockThreads.ts";
import * as practicum from "./practicum.ts";
import { startProfiler } from "./profiler/profiler.ts";
import { rehearse } from "./rehearsal.ts";
import { Sampling } from "./services/sampling.ts";
import { allTold, configure } from "./services/session.ts";
import * as tf from "./tensors.ts";
import { withToldPromises } from "./toldPromises.ts";
import { freeUnreachable, watchTensors } from "./unreachable.ts";

/** Of one call; a check that asks for more of one series compares what the program cannot have meant. */
const CALL_LIMITS = { points: 100_000, allPoints: 200_000, spans: 10_000, tensors: 200 };

const builtIns = { "@tensorflow/tfjs": tf, practicum };
const implementations: Implementation[] = [];
const trees: SourceTree[] = [];

Error.stackTraceLimit = 50; // the learner's own line stands below a dozen of the library's
const writer = new ChannelWriter();
const connection = connect(writer);
const [backend] = await Promise.all([startBackend(), prepareStripper()]);
configure({ backend, callerOf: (ours) => callerOf(ours, trees) });
// WebAssembly's loader throws anew what nobody catches: with that, pages of our bundle would be printed before the learner's error.
for (const event of ["uncaughtException", "unhandledRejection"]) process.removeAllListeners(event);
lockDown();
if (askedThreads() > 1) lockThreads(); // where a process may start threads, the code of others may not

connection.onRequest(LoadRequest, ({ source, seed, corpus }) =>
  orFault(async () => {
    endRehearsal();
    configure({ seed, corpus });
    trees.push(source);
    const implementation = await Implementation.load(source, builtIns);
    return { implementation: implementations.push(implementation) - 1, exports: namesFrom(Object.keys(implementation.exports)) };
  }),
);

connection.onRequest(CallRequest, ({ implementation, handle, method, args }) =>
  orFault(async () => {
    watchTensors();
    const told = new EventBuffer(CALL_LIMITS);
    configure({ sink: (event) => told.push(event), sampling: new Sampling() });
    const answer = await at(implementation).call(handle, method, args);
    await allTold();
    setImmediate(freeUnreachable); // the answer comes first
    const { value, ...memory } = answer;
    return { ...whole({ value, trace: encode(told.take()) }), ...memory };
  }),
);

connection.onRequest(AnswerPartRequest, (which) => orFault(async () => partOf(which)));

connection.onRequest(SettledRequest, () => new Promise<null>((resolve) => setImmediate(resolve, null)));

connection.onRequest(RunRequest, ({ implementation, program, scale, profile = false }) =>
  orFault(async () => {
    const events = new EventStream({
      offer: (event) => writer.offer({ jsonrpc: "2.0", method: RunEventNotification.method, params: encode(event) } as Message),
      send: (event) => void connection.sendNotification(RunEventNotification, encode(event)),
    });
    configure({ sink: (event) => events.push(event), checkpoints: checkpointsBy(connection), encode: askModel });
    trees.push(program);
    const profiler = await startProfiler(trees, profile, (event) => events.push(event));
    try {
      const { default: run } = await loadModule(program, builtIns);
      if (typeof run !== "function") throw new Error(`${program.entry} has no default export that is a function`);
      await run(withToldPromises(at(implementation).exports), { scale });
      await settleBackend();
      await allTold();
    } finally {
      await profiler.end();
      events.end();
    }
    return null;
  }),
);

connection.onRequest(BenchmarkRequest, () => orFault(benchmark));

void connection.sendNotification(ReadyNotification, { protocol: PROTOCOL_VERSION, backend });
const endRehearsal = ["wasm", "cpu"].includes(backend.name) ? rehearse() : () => {}; // a GPU is not waited for

async function askModel(params: EncodeParams): Promise<Encoded> {
  return decode(await connection.sendRequest(EncodeRequest, params)) as Encoded;
}

function at(index: number): Implementation {
  const found = implementations[index];
  if (!found) throw new Error(`no implementation ${index} is loaded`);
  return found;
}

async function orFault<T>(work: () => Promise<T>) {
  try {
    return await work();
  } catch (error) {
    return asResponse(faultOf(error, trees));
  }
}
