/** Pack code runs in the process that says what part of it runs: all parts together have a time, too. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ImplementationFault } from "../../extension/protocol/runtime.ts";
import { PackClock } from "../../extension/supervisor/packClock.ts";

describe("time of pack code", () => {
  it("ends where it tells one part after another, each with time enough", async () => {
    let ended: (fault: ImplementationFault) => void = () => {};
    const stopped = new Promise<ImplementationFault>((resolve) => (ended = resolve));
    const clock = new PackClock({ programPid: process.pid, stop: (fault) => ended(fault) }, 0.2);
    const telling = setInterval(() => clock.begin({ what: "The check", seconds: 1e9 }), 10);
    const fault = await clock.works(() => stopped);
    clearInterval(telling);
    assert.match(fault.message, /^What the checks compute together did not come to an end: it has 0\.2 s/);
  });
});
