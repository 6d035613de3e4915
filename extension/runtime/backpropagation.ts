/** Backpropagation as tfjs's engine (4.22) does it, by way of sets and maps instead of records with a key for each tensor: a training step has hundreds. */
import * as tf from "@tensorflow/tfjs-core";

/** One recorded operation. */
interface TapeNode {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  /** What makes the gradient of each input; none where tfjs has none. */
  readonly gradient?: (dys: readonly (tf.Tensor | null)[]) => Readonly<Record<string, () => tf.Tensor>>;
  /** What it kept for that. */
  readonly saved: readonly tf.Tensor[];
}
/** A node on the way, with the names of those inputs that are on it. */
type Step = readonly [node: TapeNode, inputs: readonly string[]];

interface Recorder {
  readonly state: { readonly gradientDepth: number; activeTape: TapeNode[] | null };
  startTape(): void;
  endTape(): void;
  runKernel(kernelName: string, inputs: object, attrs?: object): tf.Tensor;
  gradients(f: () => tf.Tensor, xs: readonly tf.Tensor[], dy?: tf.Tensor | null, allowNoGradients?: boolean): ValueAndGradients;
}
/** No gradient of what the value does not depend on. */
interface ValueAndGradients {
  readonly value: tf.Tensor;
  readonly grads: (tf.Tensor | undefined)[];
}

const engine = tf.engine() as unknown as Recorder;

engine.gradients = (f, xs, dy, allowNoGradients = false) => {
  tf.util.assert(xs.length > 0, () => "gradients() received an empty list of xs.");
  if (dy && dy.dtype !== "float32") throw new Error(`dy must have 'float32' dtype, but has '${dy.dtype}'`);
  const y = recorded(f);
  tf.util.assert(y instanceof tf.Tensor, () => "The result y returned by f() must be a tensor.");
  const way = wayFrom(xs, y, engine.state.activeTape ?? []);
  if (!allowNoGradients && way.length === 0)
    throw new Error("Cannot compute gradient of y=f(x) with respect to x. Make sure that the f you passed encloses all operations that lead from x to y.");
  return tf.tidy("backward", () => {
    const gradients = new Map([[y.id, dy ?? tf.ones(y.shape)]]);
    for (const step of way) propagate(step, gradients);
    const grads = xs.map((x) => gradients.get(x.id));
    if (engine.state.gradientDepth === 0) forget();
    return { value: y, grads } as never;
  });
};

function recorded(f: () => tf.Tensor): tf.Tensor {
  engine.startTape();
  try {
    return tf.tidy("forward", f);
  } finally {
    engine.endTape();
  }
}

/** From y back to the xs: the nodes that lead from one to the other. */
function wayFrom(xs: readonly tf.Tensor[], y: tf.Tensor, tape: readonly TapeNode[]): Step[] {
  const fromX = new Set(xs.map(({ id }) => id));
  const steps: Step[] = [];
  for (const node of tape) {
    const inputs: string[] = [];
    for (const name in node.inputs) if (fromX.has((node.inputs[name] as tf.Tensor).id)) inputs.push(name);
    if (inputs.length === 0) continue;
    for (const { id } of node.outputs) fromX.add(id);
    steps.push([node, inputs]);
  }
  const toY = new Set([y.id]);
  return steps.reverse().filter(([node, inputs]) => {
    const leads = node.outputs.some(({ id }) => toY.has(id));
    if (leads) for (const name of inputs) toY.add((node.inputs[name] as tf.Tensor).id);
    return leads;
  });
}

/** Adds what the outputs' gradients are worth to the inputs'. */
function propagate([node, inputs]: Step, gradients: Map<number, tf.Tensor>): void {
  const { kernelName, gradient } = node;
  if (!gradient) throw new Error(`Cannot compute gradient: gradient function not found for ${kernelName}.`);
  const slopes = gradient(node.outputs.map(({ id }) => gradients.get(id) ?? null));
  for (const name of inputs) {
    const slope = slopes[name];
    if (!slope) throw new Error(`Cannot backprop through input ${name}. Available gradients found: ${Object.keys(slopes)}.`);
    const { id, shape } = node.inputs[name] as tf.Tensor;
    const dx = tf.tidy(slope);
    if (dx.dtype !== "float32" || !tf.util.arraysEqual(dx.shape, shape))
      throw new Error(
        `Error in gradient for op ${kernelName}. The gradient of input '${name}' is ${dx.dtype} of shape [${dx.shape}], not float32 of [${shape}]`,
      );
    const others = gradients.get(id);
    gradients.set(id, others ? engine.runKernel("Add", { a: others, b: dx }) : dx);
    others?.dispose();
  }
}

/** Nobody asks for a gradient of these gradients. */
function forget(): void {
  for (const { saved } of engine.state.activeTape ?? []) for (const x of saved) x.dispose();
  engine.state.activeTape = null;
}
