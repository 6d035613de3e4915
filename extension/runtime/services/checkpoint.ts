/** Weights that outlive the run, as safetensors in the learner's folder (`.practicum/checkpoints`). */
import type { Optimizer, Tensor } from "@tensorflow/tfjs";
import { type TensorData, tensor } from "../../protocol/tensor.ts";
import * as tf from "../tensors.ts";
import { fromSafetensors, toSafetensors } from "./safetensors.ts";
import { checkpointFile, session } from "./session.ts";
import { Training, type TrainingPlan } from "./training.ts";

/** Tensors, variables and optimizers in records and lists of any depth, e.g. `{ weights, adam }`. */
export type Checkpointable = Tensor | Optimizer | { readonly [name: string]: unknown };

/** What else is worth keeping, such as the number of the step. */
export type Note = Readonly<Record<string, string | number | boolean>>;

/** Of this run. */
const trainings: Training[] = [];

export const checkpoint = {
  /**
   * Keeps the weights under a name; what was kept under it before is replaced once the new file is whole.
   * In run.ts only: a grade keeps nothing, and throws.
   * @param name letters, digits, `.`, `_` and `-`
   */
  async save(name: string, weights: Checkpointable, note: Note = {}): Promise<void> {
    const leaves = await leavesOf(weights);
    const tensors: Record<string, TensorData> = {};
    for (const [path, leaf] of leaves) tensors[path] = tensor((await leaf.data()) as ArrayLike<number>, leaf.shape, leaf.dtype as TensorData["dtype"]);
    await session().checkpoints.save(name, toSafetensors({ tensors, metadata: { note: JSON.stringify(note) } }));
  },

  /**
   * Puts kept weights back: every variable among `weights` is assigned its value, every optimizer its state.
   * @returns the note that was kept with them; nothing where no checkpoint has the name
   * @throws {Error} where the checkpoint is of other weights, naming the first that does not fit
   */
  async restore(name: string, weights: Checkpointable): Promise<Note | undefined> {
    const kept = await read(name);
    if (!kept) return undefined;
    for (const [path, variable] of variablesOf(weights)) {
      const value = kept.tensors[path];
      if (!value || String(value.shape) !== String(variable.shape)) {
        const otherwise = value ? `as [${value.shape}]` : "under no such name";
        throw new Error(`checkpoint "${name}": ${path} of shape [${variable.shape}] was kept ${otherwise}. To begin anew, delete ${checkpointFile(name)}`);
      }
    }
    for (const [path, variable] of variablesOf(weights)) assign(variable, kept.tensors[path] as TensorData);
    for (const [path, optimizer] of optimizersOf(weights)) await restoreOptimizer(optimizer, path, kept.tensors);
    return kept.note;
  },

  /** Kept weights by path, e.g. `blocks.0.expand.weight`, and their note; nothing where no checkpoint has the name. */
  async load(name: string): Promise<{ weights: Record<string, Tensor>; note: Note } | undefined> {
    const kept = await read(name);
    return kept && { weights: Object.fromEntries(Object.entries(kept.tensors).map(([path, value]) => [path, live(value)])), note: kept.note };
  },

  /** From now on nothing is kept under the name. */
  remove: (name: string): Promise<void> => session().checkpoints.remove(name),

  /** A training that goes on where it was after an interruption, with its curves; hand its `start` to `onStart`, await its `after` in `onStep`. */
  training(name: string, plan: TrainingPlan): Training {
    const training = new Training(name, plan, checkpoint);
    trainings.push(training);
    return training;
  },

  /** The run is at its end: what its trainings have kept is removed, and the next run begins anew. */
  async finish(): Promise<void> {
    for (const training of trainings.splice(0)) await training.forget();
  },
};

async function read(name: string): Promise<{ tensors: Readonly<Record<string, TensorData>>; note: Note } | undefined> {
  const bytes = await session().checkpoints.load(name);
  if (!bytes) return undefined;
  const { tensors, metadata } = fromSafetensors(bytes);
  return { tensors, note: JSON.parse(metadata.note ?? "{}") as Note };
}

const live = ({ data, shape, dtype }: TensorData): Tensor => tf.tensor(data, [...shape], dtype);

const assign = (variable: tf.Variable, value: TensorData): void => tf.tidy(() => variable.assign(live(value)));

/** An optimizer keeps its state as a list of named tensors, and some of it in variables besides. */
async function leavesOf(weights: Checkpointable): Promise<[string, Tensor][]> {
  const states = optimizersOf(weights).map(async ([path, optimizer]) =>
    (await optimizer.getWeights()).map(({ name, tensor: state }, i): [string, Tensor] => [`${path}.${i} ${name}`, state]),
  );
  const own = optimizersOf(weights).flatMap(([path, optimizer]) => ownVariablesOf(optimizer, path));
  return [...tensorsOf(weights), ...own, ...(await Promise.all(states)).flat()];
}

/** tfjs computes Adam's powers of beta anew from the number of steps, not as the steps did: their last digits differ, and soon those of the weights. */
async function restoreOptimizer(optimizer: Optimizer, path: string, tensors: Readonly<Record<string, TensorData>>): Promise<void> {
  await optimizer.setWeights(statesAt(path, tensors));
  for (const [key, variable] of ownVariablesOf(optimizer, path)) if (tensors[key]) assign(variable, tensors[key]);
}

/** Such as `accBeta1` of Adam. */
const ownVariablesOf = (optimizer: Optimizer, path: string): [string, tf.Variable][] =>
  Object.entries(optimizer).flatMap(([name, value]) => (value instanceof tf.Variable ? [[`${path}/${name}`, value]] : []));

function statesAt(path: string, tensors: Readonly<Record<string, TensorData>>): { name: string; tensor: Tensor }[] {
  const own = Object.entries(tensors).filter(([key]) => key.startsWith(`${path}.`));
  return own.map(([key, value]) => ({ name: key.slice(key.indexOf(" ", path.length) + 1), tensor: live(value) }));
}

const tensorsOf = (weights: Checkpointable) => partsOf(weights).filter((part): part is [string, Tensor] => part[1] instanceof tf.Tensor);
const variablesOf = (weights: Checkpointable) => partsOf(weights).filter((part): part is [string, tf.Variable] => part[1] instanceof tf.Variable);
const optimizersOf = (weights: Checkpointable) => partsOf(weights).filter((part): part is [string, Optimizer] => part[1] instanceof tf.Optimizer);

/** Everything that can be kept, by path. @throws {TypeError} for what cannot */
function partsOf(value: unknown, path = ""): [string, unknown][] {
  if (value instanceof tf.Tensor || value instanceof tf.Optimizer) return [[path || "value", value]];
  if (typeof value !== "object" || value === null)
    throw new TypeError(`checkpoint: ${path || "what is to be kept"} is ${String(value)}, no tensor; a note has room for it`);
  return Object.entries(value).flatMap(([key, part]) => partsOf(part, path ? `${path}.${key}` : key));
}
