/** Why a rung was refused: from what its program printed, and from what the system says of itself. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Refusal } from "./rung.ts";

export interface Facts {
  /** Ubuntu's rule since 23.10: a program without a profile of its own may make a user namespace, but do nothing in it. */
  readonly apparmor: boolean;
  /** How many user namespaces the system allows; absent where it does not say. */
  readonly userNamespaces?: number;
  /** Debian's own switch; absent elsewhere. */
  readonly unprivileged?: boolean;
  /** We run in a container of Docker or Podman. */
  readonly container: boolean;
  /** We run in an application of Flatpak. */
  readonly flatpak: boolean;
}

/** @param printed what the probe printed and how it ended */
export function causeOf(printed: string, facts: Facts): Refusal {
  const cause = CAUSES.find(({ says, where }) => says.test(printed) && (where?.(facts) ?? true));
  if (cause) return { reason: cause.reason, ...(cause.remedy && { remedy: cause.remedy }) };
  return { reason: lastLineOf(printed) || "it ended without a word" };
}

/** @param root for tests */
export function readFacts(root = "/"): Facts {
  const number = (file: string): number | undefined => {
    const at = path.join(root, file);
    return existsSync(at) ? Number.parseInt(readFileSync(at, "utf8"), 10) : undefined;
  };
  const switched = number("proc/sys/kernel/unprivileged_userns_clone");
  const userNamespaces = number("proc/sys/user/max_user_namespaces");
  return {
    apparmor: number("proc/sys/kernel/apparmor_restrict_unprivileged_userns") === 1,
    ...(userNamespaces !== undefined && { userNamespaces }),
    ...(switched !== undefined && { unprivileged: switched === 1 }),
    container: ["run/.containerenv", ".dockerenv"].some((file) => existsSync(path.join(root, file))),
    flatpak: existsSync(path.join(root, ".flatpak-info")),
  };
}

interface Cause extends Refusal {
  readonly says: RegExp;
  readonly where?: (facts: Facts) => boolean;
}

/** bubblewrap could not make a user namespace, or not use it. */
const NAMESPACE = /No permissions to creat\w+ new namespace|Creating new namespace failed|setting up uid map|loopback: |Failed to make \/ slave|pivot_root: /;
/** Docker's own filter of system calls refuses namespaces, its AppArmor profile mounts, its covers over /proc a new one. Landlock needs none of them. */
const CONTAINER_REMEDY =
  "Use an image with util-linux 2.41 or newer (Debian 13, Ubuntu 25.10), whose setpriv needs no namespaces. Or start the container with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined (for a dev container, in runArgs), which loosens the container itself.";

/** The first that fits is told: what the system says of itself goes before what the program guesses. */
const CAUSES: readonly Cause[] = [
  {
    says: NAMESPACE,
    where: ({ flatpak }) => flatpak,
    reason: "the editor runs in Flatpak, which lets no program make namespaces",
    remedy: "Install the editor from its own package, not from Flatpak.",
  },
  {
    says: /user\.max_user_namespaces|ENOSPC/,
    where: ({ userNamespaces }) => userNamespaces === 0,
    reason: "the system allows no user namespaces (user.max_user_namespaces is 0)",
    remedy: "Allow them: sudo sysctl user.max_user_namespaces=15000.",
  },
  {
    says: /ENOSPC/,
    reason: "the system allows no further user namespace (user.max_user_namespaces is used up, or this is one too deep)",
    remedy: "Allow more: sudo sysctl user.max_user_namespaces=15000.",
  },
  {
    says: NAMESPACE,
    where: ({ unprivileged }) => unprivileged === false,
    reason: "the system lets only the superuser make user namespaces (kernel.unprivileged_userns_clone is 0)",
    remedy: "Allow them: sudo sysctl kernel.unprivileged_userns_clone=1.",
  },
  {
    says: /kernel does not support user namespaces/,
    reason: "this kernel has no user namespaces (in Windows' subsystem for Linux, version 1 has none)",
    remedy: "Use a kernel that has them; in Windows' subsystem for Linux, version 2.",
  },
  {
    says: /Can't mount proc on/,
    reason: "parts of /proc are covered, as containers do, and so it can't be mounted anew",
    remedy: CONTAINER_REMEDY,
  },
  {
    says: NAMESPACE,
    where: ({ container }) => container,
    reason: "the container that this runs in, or its host, lets no program use namespaces",
    remedy: CONTAINER_REMEDY,
  },
  {
    says: NAMESPACE,
    where: ({ apparmor }) => apparmor,
    reason: "AppArmor lets bubblewrap use no user namespaces (kernel.apparmor_restrict_unprivileged_userns is 1)",
    remedy: "Give bubblewrap alone a profile that allows it: the README has its text, section Containment.",
  },
  {
    says: /landlock_create_ruleset failed: (Function not implemented|Operation not supported)/,
    reason: "this kernel has no Landlock, or was started without it",
    remedy: "Use Linux 6.2 or newer, started with landlock among its security modules (lsm=landlock,...).",
  },
  {
    says: /landlock_create_ruleset failed: Invalid argument/,
    reason: "Landlock of this kernel can't hold every access to files",
    remedy: "Use Linux 6.2 or newer.",
  },
  { says: /landlock_restrict_self failed: Argument list too long/, reason: "Landlock is in force already, as often as it can be" },
  { says: /sandbox_apply: Operation not permitted/, reason: "the editor is in a sandbox of macOS itself, and there can't be one within another" },
];

const lastLineOf = (text: string): string =>
  text
    .trim()
    .split(/[\r\n]+/)
    .at(-1)
    ?.trim()
    .slice(0, 300) ?? "";
