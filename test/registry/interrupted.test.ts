/** A download that ends too early, by whoever's fault. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { describe, it } from "mocha";
import { pack, publish } from "../../extension/packs/publish.ts";
import { fetchPack } from "../../extension/packs/registry.ts";
import { readPack } from "../../extension/supervisor/packStore.ts";
import { dist } from "../processes/tinyPack.ts";
import { install, keys, NAME, packed, saying, shelf, tinyPack } from "./people.ts";
import { type Registry, startRegistry, userOf } from "./registry.ts";

describe("a download that breaks off", function () {
  this.timeout(60_000);

  it("installs nothing, is told, and succeeds when the server is back", async () => {
    const archive = (await packed("1.0.0")).archive;
    let whole = false;
    const server = http.createServer((_, answer) => {
      answer.writeHead(200, { "content-length": archive.length });
      if (whole) return void answer.end(archive);
      answer.write(archive.subarray(0, archive.length >> 1), () => answer.destroy());
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tiny.tgz`;
    const options = { dist, cwd: await userOf({ url: "http://127.0.0.1:9/" } as Registry) };
    const on = await shelf();
    await assert.rejects(install(on, url, options), saying(/could not be fetched.*try again/));
    assert.deepEqual(await on.packs(), []);
    whole = true;
    assert.equal((await install(on, url, options)).pack.version, "1.0.0");
    server.close();
  });

  it("of a registry that is stopped in the middle of it installs nothing, and succeeds when the registry is back", async () => {
    const registry = await startRegistry();
    const root = await tinyPack("1.0.0");
    await mkdir(path.join(root, "01-double/oracle"));
    await writeFile(path.join(root, "01-double/oracle/noise.bin"), randomBytes(7e6)); // more than a socket holds, and as much as the registry takes
    await publish(await pack(await readPack(root), { keys }), { dist, cwd: await userOf(registry, "ada") });
    const learner = { dist, cwd: await userOf(registry) };
    const on = await shelf();
    let stopping: Promise<void> | undefined;
    const onProgress = () => {
      stopping ??= registry.stop();
    };
    await assert.rejects(install(on, NAME, { ...learner, onProgress }), saying(/could not be fetched.*try again/));
    await stopping;
    await assert.rejects(install(on, NAME, learner), saying(/could not be fetched/));
    assert.deepEqual(await on.packs(), []);
    const again = await startRegistry({ port: Number(new URL(registry.url).port), storage: registry.storage });
    assert.equal((await install(on, NAME, learner)).pack.version, "1.0.0");
    await again.stop();
  });

  it("ends at once when it is cancelled", async () => {
    const server = http.createServer((_, answer) => void answer.writeHead(200, { "content-length": 1e6 }).write(Buffer.alloc(1000)));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const cancellation = new AbortController();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tiny.tgz`;
    const fetching = fetchPack(url, { dist, cwd: await userOf({ url } as Registry), signal: cancellation.signal, onProgress: () => cancellation.abort() });
    await assert.rejects(fetching, (error: Error) => error.name === "AbortError");
    server.closeAllConnections();
    server.close();
  });
});
