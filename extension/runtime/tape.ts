/**
 * The order of what tfjs (4.22) records. It keeps copies of results that a gradient will need, and records each copy before the operation whose result it
 * copies: a gradient of that gradient then finds no way from the copy to the inputs, takes it for a constant, and throws or is silently wrong, as of exp,
 * softmax and logSoftmax.
 */
import * as tf from "@tensorflow/tfjs-core";

interface Recorder {
  readonly state: { readonly activeTape: object[] };
  addTapeNode(name: string, inputs: object, outputs: object, gradient: object, copies: readonly tf.Tensor[], attrs: object): void;
}

const engine = tf.engine() as unknown as Recorder;
const addTapeNode = engine.addTapeNode.bind(engine);

engine.addTapeNode = (name, inputs, outputs, gradient, copies, attrs) => {
  const { activeTape } = engine.state;
  const copying = activeTape.splice(activeTape.length - copies.length);
  addTapeNode(name, inputs, outputs, gradient, copies, attrs);
  activeTape.push(...copying);
};
