/** What a pack that was fetched would be the successor of: whether the same author made it, and whether it is newer. Pure. */
import compare from "semver/functions/compare.js";
import { UserError } from "../errors.ts";
import type { Pack } from "../exercise/model.ts";
import type { Installed, ShelfRecord } from "./shelfRecord.ts";
import type { Signer } from "./signature.ts";

export interface Succession {
  /** What is known of whoever signed it: the first pack of its id, the same as before, another than before, or nobody. */
  readonly trust: "first" | "same" | "changed" | "unsigned" | "signatureLost";
  /** The version that it would take the place of. */
  readonly replaces?: Installed;
  /** The very same content is installed. */
  readonly present: boolean;
  /** The newest version that was ever installed, where that is a newer one than this. */
  readonly olderThan?: string;
  /** A version with this number was installed before, and held something else. Registries forbid that; archives and folders do not. */
  readonly republished: boolean;
}

type Versioned = Pick<Pack, "id" | "version" | "digest">;

export function successionOf({ packs, publishers, newest }: Omit<ShelfRecord, "format">, pack: Versioned, signer?: Signer): Succession {
  const replaces = packs.find(({ id }) => id === pack.id);
  const highest = newest[pack.id] ?? replaces;
  const present = replaces?.digest === pack.digest;
  const rollback = !present && highest !== undefined && isOlder(pack, highest);
  return {
    trust: trustIn(publishers[pack.id], signer),
    ...(replaces && { replaces }),
    present,
    ...(rollback && { olderThan: highest.version }),
    republished: [replaces, highest].some((before) => before?.version === pack.version && before.digest !== pack.digest),
  };
}

export interface Acceptance {
  /** Another key than before. */
  readonly acceptKey?: boolean;
  /** An older version than before. */
  readonly downgrade?: boolean;
}

/**
 * Another key than before, and an older version than before, are installed only when that is accepted: whoever is between a learner and the author could
 * make the one, and keep the other, with a fault that the author has corrected since.
 * @throws {UserError} for what is not accepted
 */
export function requireAccepted(candidate: Named & Succession, { acceptKey = false, downgrade = false }: Acceptance): void {
  const { pack, trust, olderThan } = candidate;
  if (!acceptKey && (trust === "changed" || trust === "signatureLost")) throw keyChanged(pack, trust);
  if (!downgrade && olderThan !== undefined)
    throw new UserError(
      rollbackText(candidate),
      "Whoever serves it may be holding back what its author has corrected. If you do want the older version, install it with --downgrade.",
    );
}

type Named = { readonly pack: Pick<Pack, "title" | "version"> };

export const rollbackText = ({ pack, olderThan, replaces }: Named & Pick<Succession, "olderThan" | "replaces">): string =>
  `"${pack.title}" ${pack.version} is older than version ${olderThan}, which ${replaces?.version === olderThan ? "is installed" : "was installed before"}.`;

/** The newest version, when this one has been installed. Another author's versions are counted anew. */
export function newestAfter({ newest }: Pick<ShelfRecord, "newest">, pack: Versioned, { trust, replaces }: Succession): ShelfRecord["newest"] {
  const before = trust === "same" || trust === "unsigned" ? (newest[pack.id] ?? replaces) : undefined;
  const { version, digest } = before && isOlder(pack, before) ? before : pack;
  return { ...newest, [pack.id]: { version, digest } };
}

function trustIn(publisher: string | undefined, signer: Signer | undefined): Succession["trust"] {
  if (publisher === undefined) return signer ? "first" : "unsigned";
  if (!signer) return "signatureLost";
  return publisher === signer.key ? "same" : "changed";
}

function keyChanged(pack: Named["pack"], trust: "changed" | "signatureLost"): UserError {
  const what = trust === "changed" ? "is signed by another key than the version that you have" : "is not signed, though the version that you have was";
  return new UserError(`"${pack.title}" ${pack.version} ${what}.`, "Ask its author whether that is right; if so, install it with --accept-key.");
}

/** As npm orders versions: 1.10.0 after 1.9.0, and 2.0.0-beta.1 before 2.0.0. */
const isOlder = (one: { readonly version: string }, other: { readonly version: string }): boolean => compare(one.version, other.version) < 0;
