/** What a program tells of itself: points of curves, stretches of time, intermediates. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Tensor } from "@tensorflow/tfjs";
import { BOUNDS, shortened } from "../../protocol/bounds.ts";
import type { PlotSpec, Span, TracePoint } from "../../protocol/runtime.ts";
import { bytesMade } from "../memory.ts";
import * as tf from "../tensors.ts";
import { beforeAnswer, session } from "./session.ts";
import { tracedTensor } from "./tracedTensor.ts";

/** Where the program is: the span that it is in, and who collects the spans that end here. */
interface Place {
  readonly span?: number;
  readonly collected: readonly Span[][];
}

const places = new AsyncLocalStorage<Place>();
const now = performance.now.bind(performance); // the program's own, were it replaced
let begun = 0;

export const trace = {
  /**
   * Adds one point to each named series. Non-finite values are kept: a NaN loss is something to see.
   * Cheap enough for every step: points are sent in bundles, and where they come faster than can be drawn, the lowest, the highest and the last remain.
   * @param values series name -> value
   * @param step position on the x axis, e.g. the training step or the sequence length
   */
  log(values: Readonly<Record<string, number>>, step: number): void {
    const points: TracePoint[] = Object.entries(values).map(([series, value]) => ({ series, step, value: Number(value) }));
    session().sink({ kind: "points", points });
  },

  /** Declares how series are drawn; without it each series gets a plot of its own. */
  plot(plot: PlotSpec): void {
    session().sink({ kind: "plot", plot });
  },

  /**
   * Measures how long `work` takes, under a name. Spans nest, also across `await`. On a GPU, `work` ends when its operations are
   * queued: await the data of a result within it to measure their computation.
   * @returns what `work` returns; where that is a promise, the span ends with it
   */
  span<T>(name: string, work: () => T): T {
    const outer = places.getStore();
    const id = ++begun;
    const place: Place = { span: id, collected: outer?.collected ?? [] };
    const { recorder } = session();
    const called = shortened(String(name), BOUNDS.nameChars);
    recorder?.beginSpan(id, called, outer?.span);
    const madeBefore = bytesMade();
    const start = now();
    const end = () => {
      recorder?.endSpan(id);
      const parent = outer?.span;
      record({ id, name: called, start, duration: now() - start, bytes: bytesMade() - madeBefore, ...(parent !== undefined && { parent }) }, place);
    };
    let result: T;
    try {
      result = places.run(place, work);
    } catch (error) {
      end();
      throw error;
    }
    if (result instanceof Promise) return result.finally(end) as T;
    end();
    return result;
  },

  /**
   * Does `work` and hands out the spans that ended in it, in order of beginning: `start` and `duration` in milliseconds, `bytes` of the
   * tensors that were made meanwhile, `parent` the `id` of the span around.
   * @example const { result, spans } = await trace.collect(() => model.forward(tokens));
   */
  async collect<T>(work: () => T | Promise<T>): Promise<{ result: T; spans: readonly Span[] }> {
    const spans: Span[] = [];
    const outer = places.getStore();
    const result = await places.run({ ...outer, collected: [...(outer?.collected ?? []), spans] }, async () => work());
    return { result, spans: spans.sort((a, b) => a.id - b.id) };
  },

  /**
   * Records an intermediate under a name: shape, dtype and statistics, and its values where there are at most 16384.
   * Where the reference records one of that name too, a check that fails says which is the first to differ.
   * Names may repeat. As reading takes time, of a name that is traced again and again (in every step of a training) only some are recorded.
   * @returns x itself, so that it can stand within an expression
   */
  tensor<T extends Tensor>(name: string, x: T): T {
    if (!session().sampling.isRead(String(name))) return x;
    const location = session().callerOf(trace.tensor);
    const tell = (values: ArrayLike<number>) => session().sink({ kind: "tensors", tensors: [tracedTensor(String(name), x, values, location)] });
    if (tf.getBackend() !== "webgpu") tell(x.dataSync() as ArrayLike<number>);
    else {
      const kept = tf.keep(x.clone()); // read later: a GPU's memory cannot be read at once, and x may be disposed by then
      beforeAnswer(
        kept
          .data()
          .then((values) => tell(values as ArrayLike<number>))
          .finally(() => kept.dispose()),
      );
    }
    return x;
  },
};

/** The span that the program is in. */
export const currentSpan = (): number | undefined => places.getStore()?.span;

function record(span: Span, { collected }: Place): void {
  for (const list of collected) list.push(span);
  session().sink({ kind: "spans", spans: [span] });
}
