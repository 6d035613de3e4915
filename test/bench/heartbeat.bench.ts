/** Whether the extension host stays responsive: gaps of its event loop while a learner saves and saves, and while an attempt answers with very much. */
import { rowsInHost } from "./inHost.ts";
import type { Bench } from "./measure.ts";

export const rows: Bench = () => rowsInHost("heartbeat", { metric: "host_gap_p99_ms", what: "extension host", unit: "ms" });
