import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { causeOf, type Facts, readFacts } from "../../extension/supervisor/containment/causes.ts";

/** As bubblewrap 0.8, setpriv 2.41 and sandbox-exec print them. */
const PRINTED = {
  noPermissions:
    "bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces. See <https://deb.li/bubblewrap> or <file:///usr/share/doc/bubblewrap/README.Debian.gz>.",
  older:
    "bwrap: No permissions to creating new namespace, likely because the kernel does not allow non-privileged user namespaces. On e.g. debian this can be enabled with 'sysctl kernel.unprivileged_userns_clone=1'.",
  failed: "bwrap: Creating new namespace failed: Operation not permitted",
  unsupported:
    "bwrap: Creating new namespace failed, likely because the kernel does not support user namespaces.  bwrap must be installed setuid on such systems.",
  exceeded: "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)",
  uidMap: "bwrap: setting up uid map: Permission denied",
  loopback: "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted",
  slave: "bwrap: Failed to make / slave: Permission denied",
  pivot: "bwrap: pivot_root: Operation not permitted",
  proc: "bwrap: Can't mount proc on /newroot/proc: Operation not permitted",
  noLandlock: "setpriv: landlock_create_ruleset failed: Operation not supported",
  oldLandlock: "setpriv: landlock_create_ruleset failed: Invalid argument",
  nested: "sandbox-exec: sandbox_apply: Operation not permitted",
};
const PLAIN: Facts = { apparmor: false, container: false, flatpak: false };
const UBUNTU: Facts = { ...PLAIN, apparmor: true, userNamespaces: 63000 };
const DOCKER: Facts = { ...PLAIN, container: true, userNamespaces: 63000 };

const rows: readonly (readonly [printed: keyof typeof PRINTED, facts: Facts, reason: RegExp, remedy: RegExp | undefined])[] = [
  ["uidMap", UBUNTU, /AppArmor/, /profile/],
  ["loopback", UBUNTU, /AppArmor/, /profile/],
  ["noPermissions", UBUNTU, /AppArmor/, /profile/],
  ["noPermissions", DOCKER, /container/, /seccomp/],
  ["failed", DOCKER, /container/, /seccomp/],
  ["slave", DOCKER, /container/, /seccomp/],
  ["pivot", DOCKER, /container/, /seccomp/],
  ["proc", DOCKER, /\/proc are covered/, /systempaths/],
  ["uidMap", { ...UBUNTU, container: true }, /container.*host/, /seccomp/],
  ["noPermissions", { ...PLAIN, unprivileged: false }, /only the superuser/, /unprivileged_userns_clone=1/],
  ["older", { ...PLAIN, unprivileged: false }, /only the superuser/, /unprivileged_userns_clone=1/],
  ["exceeded", { ...PLAIN, userNamespaces: 0 }, /allows no user namespaces/, /max_user_namespaces=/],
  ["exceeded", { ...DOCKER, unprivileged: true }, /no further user namespace/, /max_user_namespaces=/],
  ["unsupported", PLAIN, /kernel has no user namespaces/, /version 2/],
  ["noPermissions", { ...UBUNTU, container: true, flatpak: true }, /Flatpak/, /package/],
  ["noLandlock", PLAIN, /no Landlock/, /6\.2/],
  ["oldLandlock", PLAIN, /can't hold every access/, /6\.2/],
  ["nested", PLAIN, /sandbox of macOS/, undefined],
  ["failed", PLAIN, /^bwrap: Creating new namespace failed: Operation not permitted$/, undefined],
];

describe("why a rung is refused", () => {
  for (const [printed, facts, reason, remedy] of rows)
    it(`${PRINTED[printed].slice(0, 70)}, ${JSON.stringify(facts)}`, () => {
      const cause = causeOf(`warning: something else\n${PRINTED[printed]}\n`, facts);
      assert.match(cause.reason, reason);
      if (remedy) assert.match(cause.remedy ?? "", remedy);
      else assert.equal(cause.remedy, undefined);
    });

  it("in its own words, where nobody knows better", () =>
    assert.deepEqual(causeOf("one\nbwrap: execvp /x: No such file or directory\n", UBUNTU), { reason: "bwrap: execvp /x: No such file or directory" }));
  it("says so where it said nothing", () => assert.deepEqual(causeOf("", PLAIN), { reason: "it ended without a word" }));
});

describe("what the system says of itself", () => {
  let root: string;
  const write = (file: string, text = ""): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  beforeEach(() => {
    root = mkdtempSync(path.join(os.tmpdir(), "practicum-facts-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const states: readonly (readonly [what: string, files: Readonly<Record<string, string>>, facts: Facts])[] = [
    ["nothing", {}, PLAIN],
    ["Ubuntu 24.04", { "proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1\n", "proc/sys/user/max_user_namespaces": "63000\n" }, UBUNTU],
    ["AppArmor that allows it", { "proc/sys/kernel/apparmor_restrict_unprivileged_userns": "0\n" }, PLAIN],
    ["Debian's switch, off", { "proc/sys/kernel/unprivileged_userns_clone": "0\n" }, { ...PLAIN, unprivileged: false }],
    ["Docker", { ".dockerenv": "", "proc/sys/user/max_user_namespaces": "63000\n" }, DOCKER],
    ["Podman", { "run/.containerenv": "" }, { ...PLAIN, container: true }],
    ["Flatpak", { ".flatpak-info": "" }, { ...PLAIN, flatpak: true }],
  ];
  for (const [what, files, facts] of states)
    it(what, () => {
      for (const [file, text] of Object.entries(files)) write(file, text);
      assert.deepEqual(readFacts(root), facts);
    });
});
