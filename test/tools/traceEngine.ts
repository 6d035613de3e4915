/** The engine of Chrome's Performance panel, as DevTools and Lighthouse use it. */
import { type Helpers, TraceModel, Types } from "@paulirish/trace_engine";
import type { ChromeTrace } from "../../extension/supervisor/profile/chromeTrace.ts";

export interface ChromeThread {
  readonly name: string | null;
  /** Calls in the order of their beginning, each with what it encloses in brackets. */
  readonly calls: string;
}

/** What it finds in a trace of one process. What does not nest it leaves out. */
export async function readByChrome({ traceEvents }: ChromeTrace) {
  const model = TraceModel.Model.createWithAllHandlers();
  await model.parse(traceEvents as readonly object[] as Types.Events.Event[]);
  const { Meta, Renderer } = model.parsedTrace()?.data ?? {};
  const pid = Types.Events.ProcessID(1);
  const threads = [...(Renderer?.processes.get(pid)?.threads.values() ?? [])];
  return {
    process: Meta?.processNames.get(pid)?.args.name,
    bounds: Meta?.traceBounds,
    calls: Renderer?.entryToNode.size,
    threads: threads.map(({ name, tree }): ChromeThread => ({ name, calls: outline(tree?.roots ?? []) })),
  };
}

const outline = (nodes: Iterable<Helpers.TreeHelpers.TraceEntryNode>): string =>
  Array.from(nodes, ({ entry, children }) => (children.length > 0 ? `${entry.name} (${outline(children)})` : entry.name)).join(", ");
