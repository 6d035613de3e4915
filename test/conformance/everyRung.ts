/** Describes a suite once for each backend; those that do not start here are skipped, and the reason is printed. */
import { after, before, describe, type Suite } from "mocha";
import { BACKENDS, type BackendName } from "../../extension/protocol/runtime.ts";
import { PREPARE_MS, type Rung, startRung } from "./rungs.ts";

/**
 * @param module text that is loaded on each backend
 * @param tests describes the tests; `rung()` is there once they run
 */
export function onEveryRung(
  what: string,
  module: string,
  tests: (rung: () => Rung, backend: BackendName) => void,
  backends: readonly BackendName[] = BACKENDS,
) {
  for (const backend of backends) {
    describe(`${what} on ${backend}`, function (this: Suite) {
      this.timeout(60_000);
      let rung: Rung;
      before(async function () {
        this.timeout(PREPARE_MS);
        const started = await startRung(backend);
        if (typeof started === "string") {
          console.log(`    ${backend} is not tested here: ${started}`);
          return this.skip();
        }
        rung = started;
        console.log(`    ${rung.backend.device}`);
        await rung.load(module);
      });
      after(() => rung?.stop());
      tests(() => rung, backend);
    });
  }
}
