/** A whole run on a backend that is an addon: what it says of itself, what it does not reach, and that nothing a GPU refuses is passed over. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { Profile } from "../../extension/protocol/profile.ts";
import type { RunEvent } from "../../extension/protocol/runtime.ts";
import type { RunRequest, Supervisor } from "../../extension/supervisor/api.ts";
import { createSupervisor } from "../../extension/supervisor/supervisor.ts";
import { attemptOf, REFERENCE, tinyExercise } from "../processes/tinyPack.ts";
import { DIST } from "../tools/paths.ts";
import { PREPARE_MS, startRung } from "./rungs.ts";

/** Each with the clocks that its profile may be of. */
for (const [name, clocks] of [
  ["webgpu", ["device", "queued"]],
  ["tfjs-node", ["computed"]],
] as const) {
  describe(`a run on ${name}`, function () {
    this.timeout(60_000);
    let supervisor: Supervisor;
    before(async function () {
      this.timeout(PREPARE_MS);
      const rung = await startRung(name);
      if (typeof rung === "string") {
        console.log(`    ${name} is not tested here: ${rung}`);
        return this.skip();
      }
      await rung.stop();
      supervisor = createSupervisor({ dist: DIST, backend: name, backends: process.env.PRACTICUM_BACKENDS });
    });
    after(() => supervisor?.dispose());

    const run = async (body: string, also: Pick<RunRequest, "profile" | "onEvent"> = { onEvent: () => {} }) => {
      const exercise = await tinyExercise({
        "run.ts": `import * as tf from "@tensorflow/tfjs";\nexport default async function run(attempt: any) {\n${body}\n}\n`,
      });
      return supervisor.run({ exercise, attempt: attemptOf(REFERENCE), ...also });
    };

    it("names the device, and says that addons may be loaded", async () => {
      const { state, backend } = await run("await attempt.double(tf.ones([64, 64])).data();");
      assert.equal(state, "finished");
      assert.equal(backend?.name, name);
      assert.match(backend?.device ?? "", /\w+/);
      assert.equal(backend?.sandbox, "addons");
    });

    if (name === "webgpu") {
      it("fails on what the GPU refused, even where no result was read after it", async () => {
        const { state, fault } = await run("(tf.backend() as any).device.createBuffer({ size: 2 ** 40, usage: 128 });");
        assert.equal(state, "errored");
        assert.match(fault?.message ?? "", /^The GPU could not do what was asked/);
      });
    }

    it("is profiled by its own clock, or says that it cannot be", async () => {
      let profile: Profile | undefined;
      const onEvent = (event: RunEvent) => {
        if (event.kind === "profile") profile = event.profile;
      };
      await run("const x = tf.randomNormal([256, 256]); await tf.matMul(x as any, x as any).data();", { profile: true, onEvent });
      assert.ok(profile && clocks.some((clock) => clock === profile?.clock), profile?.clock);
      const product = profile.nodes.find((node) => node.name === "matMul");
      assert.ok(product && product.total > 0 && product.flops === 2 * 256 ** 3);
    });

    for (const [what, body] of [
      ["a file", 'await (await import("node:fs" as string)).promises.writeFile("/tmp/practicum-was-here", "");'],
      ["the network", 'await fetch("http://localhost");'],
    ] as const) {
      it(`still does not reach ${what}`, async () => assert.equal((await run(body)).state, "errored"));
    }

    it("grades of the same supervisor are computed in the sandbox all the same", async () => {
      const exercise = await tinyExercise();
      const { backend } = await supervisor.grade({ exercise, attempt: attemptOf(REFERENCE), tier: "save" });
      assert.deepEqual([backend.name, backend.sandbox], ["wasm", undefined]);
    });
  });
}

describe("a GPU in software", function () {
  this.timeout(60_000);
  it("is used only where that is asked for", async function () {
    const { PRACTICUM_SOFTWARE_GPU: asked } = process.env;
    if (asked === undefined) {
      console.log("    not tested here: no driver in software was asked for");
      return this.skip();
    }
    delete process.env.PRACTICUM_SOFTWARE_GPU;
    const ladder = await createSupervisor({ dist: DIST }).ladder();
    const found = await ladder.try("webgpu");
    process.env.PRACTICUM_SOFTWARE_GPU = asked;
    assert.match(String(found), /is no GPU but software that acts as one/);
  });
});
