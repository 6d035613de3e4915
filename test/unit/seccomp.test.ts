import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { type Architecture, type Opened, seccompFilter } from "../../extension/supervisor/containment/seccomp.ts";
import * as syscalls from "../../extension/supervisor/containment/syscalls.ts";

const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7, i386: 0x40000003 };
const VERDICTS: Readonly<Record<number, string>> = { 2147483648: "killed", 2147418112: "allowed", 327681: "EPERM", 327718: "ENOSYS" };

/** What the kernel does with a filter: only what ours uses; anything else is an error, and so is a filter that runs off its end. */
function verdict(filter: Uint8Array, arch: number, number: number, args: readonly number[] = []): string {
  const [program, data] = [new DataView(filter.buffer), new DataView(new ArrayBuffer(64))];
  data.setUint32(0, number, true);
  data.setUint32(4, arch, true);
  for (const [index, arg] of args.entries()) data.setBigUint64(16 + 8 * index, BigInt(arg), true);
  let loaded = 0;
  for (let at = 0; ; at++) {
    const [code, yes, no, k] = [
      program.getUint16(8 * at, true),
      program.getUint8(8 * at + 2),
      program.getUint8(8 * at + 3),
      program.getUint32(8 * at + 4, true),
    ];
    if (code === 0x06) return VERDICTS[k] ?? `verdict ${k.toString(16)}`;
    else if (code === 0x20) loaded = data.getUint32(k, true);
    else at += TESTS[code]?.(loaded, k) ? yes : no;
    assert.ok(code === 0x20 || code in TESTS, `instruction ${code.toString(16)}`);
  }
}
const TESTS: Readonly<Record<number, (loaded: number, k: number) => boolean>> = {
  21: (loaded, k) => loaded === k,
  37: (loaded, k) => loaded > k,
  53: (loaded, k) => loaded >= k,
  69: (loaded, k) => (loaded & k) !== 0,
};

const groups: Readonly<Record<string, Readonly<Record<string, syscalls.Numbers>>>> = Object.fromEntries(
  Object.entries(syscalls).filter(([, group]) => typeof group === "object" && !Array.isArray(group)),
) as never;
const single = { clone: syscalls.CLONE, tgkill: syscalls.TGKILL, prlimit64: syscalls.PRLIMIT64, ioctl: syscalls.IOCTL };
const THREAD = 0x3d0f00; // what the C library asks for
const FORK = 0x1200011;

for (const [column, architecture] of (["x64", "arm64"] as const).entries()) {
  const asked = (numbers: readonly number[], args?: readonly number[], opened?: Opened): string =>
    verdict(seccompFilter(architecture, opened), AUDIT[architecture], numbers[column] as number, args);

  describe(`the seccomp filter on ${architecture}`, () => {
    for (const [group, calls] of Object.entries(groups)) {
      const expected = ["ABSENT", "MEMORY_FILES"].includes(group) ? "ENOSYS" : "EPERM";
      it(`${group}: ${expected}`, () => {
        const here = Object.entries(calls).filter(([, numbers]) => (numbers[column] as number) >= 0);
        assert.deepEqual(
          here.map(([name, numbers]) => `${name} ${asked(numbers)}`),
          here.map(([name]) => `${name} ${expected}`),
        );
      });
    }

    const rows: readonly (readonly [what: string, numbers: readonly number[], args: readonly number[], verdict: string, opened?: Opened])[] = [
      ["read", [0, 63], [], "allowed"],
      ["openat, which Landlock holds", [257, 56], [], "allowed"],
      ["execve, by which the program begins", [59, 221], [], "allowed"],
      ["sendmsg on a pipe of Node's", [46, 211], [], "allowed"],
      ["a thread", single.clone, [THREAD], "allowed"],
      ["a process", single.clone, [FORK], "EPERM"],
      ["a process in a user namespace", single.clone, [0x10000000 | 17], "EPERM"],
      ["a thread in a network namespace", single.clone, [THREAD | 0x40000000], "EPERM"],
      ["abort()", single.tgkill, [5, 5, 6], "allowed"],
      ["SIGKILL to a thread", single.tgkill, [5, 5, 9], "EPERM"],
      ["its own limits", single.prlimit64, [0], "allowed"],
      ["the limits of another", single.prlimit64, [77], "EPERM"],
      ["a question about a terminal", single.ioctl, [0, 0x5401], "allowed"],
      ["keys put into a terminal", single.ioctl, [0, 0x5412], "EPERM"],
      ["and into a console, the high half set", single.ioctl, [0, 0xff0000541c], "EPERM"],
      ["what the kernel learns later", [451, 451], [], "ENOSYS"],
      ["a socket of a program that fetches", [41, 198], [2], "allowed", { network: true }],
      ["the times of a file that is written", [280, 88], [], "allowed", { writes: true }],
      ["a buffer of a GPU's driver", [319, 279], [], "allowed", { devices: true }],
      ["no socket for it", [41, 198], [1], "EPERM", { devices: true, writes: true }],
    ];
    for (const [what, numbers, args, expected, opened] of rows) it(`${what}: ${expected}`, () => assert.equal(asked(numbers, args, opened), expected));

    it("another architecture's calls: killed", () => {
      const others = Object.values(AUDIT).filter((arch) => arch !== AUDIT[architecture]);
      assert.deepEqual(
        others.map((arch) => verdict(seccompFilter(architecture), arch, 0)),
        ["killed", "killed"],
      );
    });

    it("the second numbers of x86-64: none", () => assert.equal(asked([0x40000000, 0x40000000]), architecture === "x64" ? "killed" : "ENOSYS"));

    it("is small enough for the kernel", () => assert.ok(seccompFilter(architecture).length / 8 <= 4096));

    it("has the numbers of the kernel's headers", function () {
      const numbers = numbersOf(architecture);
      if (!numbers) return this.skip();
      const ours = Object.entries(Object.assign({}, ...Object.values(groups), single) as Record<string, syscalls.Numbers>);
      assert.deepEqual(
        ours.map(([name, own]) => [name, own[column]]),
        ours.map(([name]) => [name, numbers.get(name) ?? -1]),
      );
    });
  });
}

/** Linux' own, where they are installed; arm64 has the generic ones. */
function numbersOf(architecture: Architecture): ReadonlyMap<string, number> | undefined {
  const file = { x64: "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", arm64: "/usr/include/asm-generic/unistd.h" }[architecture];
  if (!existsSync(file)) return undefined;
  return new Map(
    Array.from(readFileSync(file, "utf8").matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)/gm), ([, name, number]) => [name as string, Number(number)]),
  );
}
