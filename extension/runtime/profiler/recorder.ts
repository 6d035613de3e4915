/** Records spans and operations of a run: what encloses what, how long it took, what it made. Its own time is in none of theirs. */
import type { Profile } from "../../protocol/profile.ts";
import type { SourceTree } from "../../protocol/runtime.ts";
import { type Call, CallTree, rounded } from "./callTree.ts";
import { MemoryCurve } from "./memoryCurve.ts";
import { Places } from "./places.ts";
import { Timeline } from "./timeline.ts";

/** One that is under way. */
interface Open {
  readonly call: Call;
  readonly around: Call;
  /** The span that the program is in; of a span, the one around. */
  readonly span: number | undefined;
  readonly place: number;
  /** Among the frames. */
  readonly frame: number;
  readonly start: number;
  /** What recording had taken by then. */
  readonly recorded: number;
}

/** What an operation has made. */
export interface Made {
  readonly bytes: number;
  readonly flops: number;
  /** Bytes of all tensors now. */
  readonly memory: number;
  /** Milliseconds by the GPU's own clock. */
  readonly device: Promise<number> | undefined;
}

/** So many calls of a kind are located in any case: each kind has a line. */
const FRESH = 4;

const now = performance.now.bind(performance);

export class Recorder {
  readonly #tree = new CallTree();
  readonly #timeline = new Timeline();
  readonly #memory = new MemoryCurve();
  readonly #places: Places;
  readonly #began = now();
  readonly #spans = new Map<number, Open>();
  /** Operations within each other; none is asynchronous. */
  readonly #ops: Open[] = [];
  /** Of operations whose time the device has not told yet. */
  readonly #timings = new Set<Promise<void>>();
  /** Milliseconds of our own. */
  #recording = 0;
  /** Operations and spans that have ended. */
  #done = 0;
  /** After each span and operation, with the milliseconds since the start; what it takes counts as recording. */
  onClose: (elapsed: number) => void = () => {};

  constructor(trees: readonly SourceTree[]) {
    this.#places = new Places(trees);
  }

  /** Milliseconds that recording took, as far as it sees itself. */
  get recording(): number {
    return this.#recording;
  }

  /** Whether there is anything to tell. */
  get used(): boolean {
    return this.#done > 0;
  }

  beginSpan(id: number, name: string, parent: number | undefined): void {
    this.#spans.set(id, this.#begin("span", name, parent, this.beginSpan));
  }

  endSpan(id: number): void {
    const ended = now();
    const open = this.#spans.get(id);
    if (!open) return;
    this.#spans.delete(id);
    open.call.add(this.#frame(open, ended), open.around, open.place);
    this.onClose(ended - this.#began);
    this.#recording += now() - ended;
  }

  /** @param span that the program is in @param measure what the operation has made, asked once it is done */
  op<T>(name: string, span: number | undefined, work: () => T, measure: (result: T) => Made): T {
    const open = this.#begin("op", name, span, this.op);
    this.#ops.push(open);
    let made: Made | undefined;
    let ended: number | undefined;
    try {
      const result = work();
      ended = now();
      made = measure(result);
      return result;
    } finally {
      ended ??= now(); // it threw
      this.#ops.pop();
      this.#endOp(open, ended, made);
      if (this.#ops.length === 0) this.onClose(ended - this.#began);
      this.#recording += now() - ended;
    }
  }

  /** Waits for what the device has to tell. */
  async settled(): Promise<void> {
    await Promise.all(this.#timings);
  }

  /** What is known so far. @param unseen milliseconds that each operation cost beyond what was seen */
  profile(about: Pick<Profile, "clock" | "ops" | "gigaflops">, unseen = 0): Profile {
    const ms = now() - this.#began;
    const recording = this.#recording + unseen * this.#done;
    const { peak } = this.#memory;
    return {
      ...about,
      ...{ ms: rounded(ms), recordingMs: rounded(recording) },
      ...{ located: this.#places.read, files: this.#places.files, places: this.#places.places },
      nodes: this.#tree.nodes(ms - recording),
      ...this.#timeline.frames(),
      memory: this.#memory.points(),
      ...(peak && { peak }),
    };
  }

  #begin(kind: Call["kind"], name: string, span: number | undefined, below: (...args: never[]) => unknown): Open {
    const entered = now();
    const op = this.#ops.at(-1);
    const inSpan = span === undefined ? undefined : this.#spans.get(span);
    const around = ((op?.span === span ? op : inSpan) ?? op)?.call ?? this.#tree.root; // a span that began within the operation is nearer
    const call = this.#tree.inside(around, kind, name);
    const place = this.#place(call, entered - this.#began, below);
    const frame = this.#timeline.begin();
    const start = now();
    this.#recording += start - entered;
    return { call, around, span, place, frame, start, recorded: this.#recording };
  }

  /** A span's name stands on one line as a rule, so the first calls tell it; an operation is called from many. */
  #place(call: Call, elapsed: number, below: (...args: never[]) => unknown): number {
    const fresh = call.calls < FRESH;
    if (call.kind === "span" && !fresh) return call.from.keys().next().value ?? -1;
    return this.#places.here(elapsed, below, fresh);
  }

  #endOp(open: Open, ended: number, made: Made | undefined): void {
    const ms = this.#frame(open, ended);
    const { call, around, place } = open;
    if (made?.device) this.#await(made.device.then((device) => call.add(device, around, place)));
    else call.add(ms, around, place);
    if (!made) return;
    call.bytes += made.bytes;
    call.flops += made.flops;
    this.#memory.add(ended - this.#began, made.memory, call.index);
  }

  #await(timing: Promise<void>): void {
    const tracked = timing.finally(() => this.#timings.delete(tracked));
    this.#timings.add(tracked);
  }

  /** @returns milliseconds, without what recording took of them */
  #frame({ call, place, frame, start, recorded }: Open, ended: number): number {
    this.#done++;
    this.#timeline.end(frame, call.index, start - this.#began, ended - start, place);
    return Math.max(0, ended - start - (this.#recording - recorded));
  }
}
