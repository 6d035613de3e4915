/**
 * The program that runs ONNX graphs of a pack. It speaks the runtime's protocol: `load` takes the graphs (base64), `call` runs the one named by
 * `method` on one record of inputs. A process of its own, as ONNX Runtime is a native addon and the sandbox allows none.
 */
import { parseArgs } from "node:util";
import { connect } from "../child/connection.ts";
import { asResponse, faultOf } from "../child/faults.ts";
import { CallRequest, LoadRequest, PROTOCOL_VERSION, ProvidersRequest, ReadyNotification } from "../protocol/runtime.ts";
import { type TensorData, tensor } from "../protocol/tensor.ts";
import { decode, encode } from "../protocol/wire.ts";
import { type InferenceSession, openGraph, ort, type Tensor } from "./onnxRuntime.ts";

const connection = connect();
const { provider } = parseArgs({ options: { provider: { type: "string", default: "cpu" } }, strict: false }).values;
/** One thread: the graphs are small, more threads would wait for each other, and sums stay in one order. */
const OPTIONS: InferenceSession.SessionOptions = { executionProviders: [provider as string], intraOpNumThreads: 1, interOpNumThreads: 1 };
const sessions = new Map<string, InferenceSession>();

connection.onRequest(LoadRequest, async ({ source }) => {
  try {
    for (const [name, base64] of Object.entries(source.files)) sessions.set(name, await openGraph(`oracle/${name}`, Buffer.from(base64, "base64"), OPTIONS));
  } catch (error) {
    return asResponse(faultOf(error, []));
  }
  return { implementation: 0, exports: [...sessions.keys()] };
});

connection.onRequest(CallRequest, async ({ method, args }) => {
  const session = sessions.get(method);
  if (!session) throw new Error(`there is no graph "${method}"; there are ${[...sessions.keys()].join(", ")}`);
  const inputs = decode(args[0]) as Record<string, TensorData>;
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, toOrt(t)]));
  const started = performance.now();
  const outputs = await session.run(feeds);
  const seconds = (performance.now() - started) / 1000;
  return { value: encode(Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, fromOrt(name, t)]))), trace: [], seconds };
});

connection.onRequest(ProvidersRequest, () => ort.listSupportedBackends().map(({ name }) => name));

void connection.sendNotification(ReadyNotification, { protocol: PROTOCOL_VERSION, backend: { name: "cpu", device: "ONNX Runtime", skipped: [] } });

/** Whole numbers are int64 in ONNX graphs: token ids, positions, shapes. */
function toOrt({ dtype, shape, data }: TensorData): Tensor {
  if (dtype === "int32") return new ort.Tensor("int64", BigInt64Array.from(data as Int32Array, BigInt), shape);
  return dtype === "bool" ? new ort.Tensor("bool", data as Uint8Array, shape) : new ort.Tensor("float32", data as Float32Array, shape);
}

function fromOrt(name: string, { type, dims, data }: Tensor): TensorData {
  if (type === "float32" || type === "float64") return tensor(data as ArrayLike<number>, dims);
  if (type === "bool") return tensor(data as Uint8Array, dims, "bool");
  if (type === "int64" || type === "int32") return tensor(Array.from(data as ArrayLike<bigint | number>, Number), dims, "int32");
  throw new TypeError(`output "${name}" is of type ${type}`);
}
