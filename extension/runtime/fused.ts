/**
 * Operations that are one kernel forward and one backward where a backend has them (the kernel pack of WebAssembly does), and are composed of tfjs's elsewhere.
 * The gradient of a gradient is that of the composition.
 */
import * as tf from "./tensors.ts";

type Inputs = Readonly<Record<string, tf.Tensor>>;

interface Operation {
  readonly inputs: readonly string[];
  /** Those of them that it has gradients by. */
  readonly learned: readonly string[];
  composed(inputs: Inputs, attrs: tf.NamedAttrMap): tf.Tensor;
  /** By each of the learned, in their order. */
  gradients(dy: tf.Tensor, inputs: Inputs, attrs: tf.NamedAttrMap): tf.Tensor | tf.Tensor[];
}

const OPERATIONS = {
  LayerNorm: {
    inputs: ["x", "gain", "bias"],
    learned: ["x", "gain", "bias"],
    composed({ x, gain, bias }: Record<"x" | "gain" | "bias", tf.Tensor>, { epsilon }) {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const variance = tf.mean(tf.square(centred), -1, true); // [..., 1]
      return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon as number))), gain), bias);
    },
    gradients: (dy, { x, gain }: Record<"x" | "gain", tf.Tensor>, attrs) => run("LayerNormGrad", { dy, x, gain }, attrs),
  },
  Gelu: {
    inputs: ["x"],
    learned: ["x"],
    composed: ({ x }: Record<"x", tf.Tensor>) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
    gradients: (dy, { x }: Record<"x", tf.Tensor>) => run("GeluGrad", { a: dy, b: x }),
  },
  GeluTanh: {
    inputs: ["x"],
    learned: ["x"],
    composed({ x }: Record<"x", tf.Tensor>) {
      const u = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(u), 1));
    },
    gradients: (dy, { x }: Record<"x", tf.Tensor>) => run("GeluTanhGrad", { a: dy, b: x }),
  },
  CrossEntropy: {
    inputs: ["logits", "labels"],
    learned: ["logits"],
    composed({ logits, labels }: Record<"logits" | "labels", tf.Tensor>) {
      const rows = tf.logSoftmax(logits.reshape([labels.size, -1])); // [rows, classes]
      return tf.neg(tf.mean(tf.gather(rows, labels.reshape([labels.size, 1]), 1, 1)));
    },
    gradients: (dy, { logits, labels }: Record<"logits" | "labels", tf.Tensor>) => run("CrossEntropyGrad", { dy, logits, labels }),
  },
} as const satisfies Record<string, Operation>;

const engine = tf.engine() as unknown as { isTapeOn(): boolean };

type Name = keyof typeof OPERATIONS;

/** The operation, by one kernel where the backend has it. */
export function fused(name: Name, inputs: Inputs, attrs: tf.NamedAttrMap = {}): tf.Tensor {
  if (tf.getKernel(name, tf.getBackend())) return run(name, inputs, attrs) as tf.Tensor;
  return tf.tidy(name, () => (OPERATIONS[name] as Operation).composed(inputs, attrs));
}

for (const [kernelName, { inputs, learned, composed, gradients }] of Object.entries<Operation>(OPERATIONS)) {
  const gradFunc: tf.GradFunc = (dy, saved, attrs) => {
    const given = Object.fromEntries(inputs.map((name, i) => [name, (saved as tf.Tensor[])[i] as tf.Tensor]));
    const ofComposition = () =>
      tf.grads(() => composed(given, attrs))(
        learned.map((name) => given[name] as tf.Tensor),
        dy as tf.Tensor,
      );
    const each = engine.isTapeOn() ? ofComposition() : [gradients(dy as tf.Tensor, given, attrs)].flat();
    return Object.fromEntries(learned.map((name, i) => [name, () => each[i] as tf.Tensor]));
  };
  tf.registerGradient({ kernelName, inputsToSave: [...inputs], gradFunc });
}

function run(name: string, inputs: Inputs, attrs: tf.NamedAttrMap = {}): tf.Tensor | tf.Tensor[] {
  return tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attrs);
}
