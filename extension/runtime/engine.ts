/** The engine of tfjs (4.22) with less to do for each operation, of which a training step has hundreds. What it computes is the same. */
import * as tf from "@tensorflow/tfjs-core";

interface Scope {
  readonly id: number;
  readonly track: Tracked[];
}
type Tracked = tf.Tensor & { readonly kept: boolean; scopeId: number };

interface KernelCall {
  /** None where an operation brings its gradient. */
  readonly kernelName?: string;
  readonly inputs: tf.NamedTensorMap;
  readonly attrs: tf.NamedAttrMap;
}
type Result = tf.Tensor | tf.Tensor[];

interface Engine {
  readonly state: { readonly scopeStack: Scope[]; readonly profiling: boolean; activeScope: Scope | null; kernelDepth: number };
  readonly backendName: string;
  readonly backend: tf.KernelBackend;
  endScope(result?: tf.TensorContainer): void;
  track(x: Tracked): void;
  runKernel(kernelName: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): Result;
  runKernelFunc(call: KernelCall): Result;
  isTapeOn(): boolean;
  makeTensorFromTensorInfo(info: tf.TensorInfo): tf.Tensor;
  getTensorsForGradient(kernelName: string, inputs: tf.NamedTensorMap, outputs: readonly tf.Tensor[]): tf.Tensor[];
  saveTensorsForBackwardMode(tensors: readonly tf.Tensor[]): tf.Tensor[];
  addTapeNode(kernelName: string, inputs: tf.NamedTensorMap, outputs: readonly tf.Tensor[], gradient: null, saved: tf.Tensor[], attrs: tf.NamedAttrMap): void;
}

const engine = tf.engine() as unknown as Engine;
const published = { endScope: engine.endScope.bind(engine), runKernelFunc: engine.runKernelFunc.bind(engine) };

/** Nearly every scope is of one operation and has one result. */
engine.endScope = (result) => {
  if (!(result instanceof tf.Tensor)) return published.endScope(result);
  const { state } = engine;
  const { id, track } = state.scopeStack.pop() as Scope;
  for (const x of track) if (!x.kept && x.id !== result.id) x.dispose();
  state.activeScope = state.scopeStack.at(-1) ?? null;
  const { kept, scopeId } = result as Tracked;
  if (!kept && scopeId === id) engine.track(result as Tracked);
};

engine.runKernel = (kernelName, inputs, attrs) => engine.runKernelFunc({ kernelName, inputs, attrs }); // as published, looks the kernel up twice

engine.runKernelFunc = (call) => {
  const { kernelName, inputs, attrs } = call;
  const { state, backend } = engine;
  if (kernelName === undefined || state.profiling || tf.env().getBool("DEBUG")) return published.runKernelFunc(call);
  const kernel = tf.getKernel(kernelName, engine.backendName);
  if (!kernel) throw new Error(`Kernel '${kernelName}' not registered for backend '${engine.backendName}'`);
  const recording = engine.isTapeOn();
  state.kernelDepth++; // what a kernel does is not recorded
  let made: tf.TensorInfo | tf.TensorInfo[];
  let outputs: tf.Tensor[];
  let saved: tf.Tensor[] = [];
  try {
    made = kernel.kernelFunc({ inputs, attrs, backend });
    outputs = (Array.isArray(made) ? made : [made]).map((info) => (info instanceof tf.Tensor ? info : engine.makeTensorFromTensorInfo(info)));
    if (recording) saved = engine.saveTensorsForBackwardMode(engine.getTensorsForGradient(kernelName, inputs, outputs));
  } finally {
    state.kernelDepth--;
  }
  if (recording) engine.addTapeNode(kernelName, inputs, outputs, null, saved, attrs);
  return Array.isArray(made) ? outputs : (outputs[0] as tf.Tensor);
};
