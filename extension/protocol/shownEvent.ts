/** A run's event as it is shown: each name is one line, without what does not show. */
import { isPlain, plain } from "./plainText.ts";
import type { PlotSpec, RunEvent } from "./runtime.ts";

export function shownEvent(event: RunEvent): RunEvent {
  switch (event.kind) {
    case "points":
      return { ...event, points: event.points.map((point) => (isPlain(point.series) ? point : { ...point, series: plain(point.series) })) };
    case "spans":
      return { ...event, spans: event.spans.map((span) => ({ ...span, name: plain(span.name) })) };
    case "tensors":
      return { ...event, tensors: event.tensors.map((tensor) => ({ ...tensor, name: plain(tensor.name) })) };
    case "plot":
      return { ...event, plot: shownPlot(event.plot) };
    case "progress":
      return { ...event, ...(event.label !== undefined && { label: plain(event.label) }), ...(event.left !== undefined && { left: plain(event.left) }) };
    case "profile": {
      const { nodes, files, ...profile } = event.profile;
      return { ...event, profile: { ...profile, files: files.map(plain), nodes: nodes.map((node) => ({ ...node, name: plain(node.name) })) } };
    }
  }
}

function shownPlot({ title, series, x, y, band, powerLaw, levels }: PlotSpec): PlotSpec {
  const axis = (of: PlotSpec["x"]) => of && { ...of, ...(of.label !== undefined && { label: plain(of.label) }) };
  return {
    title: plain(title),
    series: series.map(plain),
    ...(x && { x: axis(x) }),
    ...(y && { y: axis(y) }),
    ...(band && { band: { ...band, label: plain(band.label) } }),
    ...(powerLaw && { powerLaw: powerLaw.map(plain) }),
    ...(levels && { levels: levels.map(plain) }),
  };
}
