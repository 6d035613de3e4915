/** Save to the status bar, in a real extension host. */
import { rowsInHost } from "./inHost.ts";
import type { Bench } from "./measure.ts";

export const rows: Bench = () => rowsInHost("saving", { metric: "save_to_verdict_ms", what: "extension host", unit: "ms" });
