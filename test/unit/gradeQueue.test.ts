import assert from "node:assert/strict";
import { GradeQueue, SUPERSEDED } from "../../extension/supervisor/gradeQueue.ts";

/** Work that the test ends by hand, and that lets go when aborted, as a supervisor does. */
class Desk {
  readonly begun: string[] = [];
  readonly #finish = new Map<string, (verdict: string) => void>();
  readonly #fail = new Map<string, (thrown: Error) => void>();
  readonly queue = new GradeQueue<string>();

  ask(key: string, save: string) {
    return this.queue.submit(key, (signal) => {
      this.begun.push(save);
      return new Promise((resolve, reject) => {
        this.#finish.set(save, resolve);
        this.#fail.set(save, reject);
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    });
  }
  finish = (save: string) => this.#finish.get(save)?.(`verdict of ${save}`);
  fail = (save: string) => this.#fail.get(save)?.(new Error(`${save} broke`));
}

describe("gradeQueue", () => {
  it("gives the verdict of a single save", async () => {
    const desk = new Desk();
    const asked = desk.ask("03", "a");
    desk.finish("a");
    assert.equal(await asked, "verdict of a");
  });

  it("aborts the older grade when a newer save comes, and grades the newer", async () => {
    const desk = new Desk();
    const [a, b] = [desk.ask("03", "a"), desk.ask("03", "b")];
    assert.equal(await a, SUPERSEDED);
    desk.finish("b");
    assert.equal(await b, "verdict of b");
  });

  it("never begins what stood between the oldest and the newest, and never drops the newest", async () => {
    const desk = new Desk();
    const asked = ["a", "b", "c", "d"].map((save) => desk.ask("03", save));
    assert.deepEqual(await Promise.all(asked.slice(0, 3)), [SUPERSEDED, SUPERSEDED, SUPERSEDED]);
    desk.finish("d");
    assert.equal(await asked[3], "verdict of d");
    assert.deepEqual(desk.begun, ["a", "d"]);
  });

  it("does not show a verdict that came too late", async () => {
    const desk = new Desk();
    const a = desk.ask("03", "a");
    desk.finish("a");
    const b = desk.ask("03", "b");
    assert.equal(await a, SUPERSEDED);
    desk.finish("b");
    assert.equal(await b, "verdict of b");
  });

  it("keeps exercises apart", async () => {
    const desk = new Desk();
    const [a, b] = [desk.ask("03", "a"), desk.ask("05", "b")];
    desk.finish("b");
    desk.finish("a");
    assert.deepEqual(await Promise.all([a, b]), ["verdict of a", "verdict of b"]);
  });

  it("hands on a failure, and grades the next save all the same", async () => {
    const desk = new Desk();
    const a = desk.ask("03", "a");
    desk.fail("a");
    await assert.rejects(a, /a broke/);
    const b = desk.ask("03", "b");
    desk.finish("b");
    assert.equal(await b, "verdict of b");
  });

  it("ends everything when cancelled", async () => {
    const desk = new Desk();
    const [a, b] = [desk.ask("03", "a"), desk.ask("03", "b")];
    desk.queue.cancel("03");
    assert.deepEqual(await Promise.all([a, b]), [SUPERSEDED, SUPERSEDED]);
    assert.deepEqual(desk.begun, ["a"]);
  });
});
