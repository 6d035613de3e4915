/** What the panel is told of a run's profile, and the trace that it saves. */
import type { PanelUpdate } from "../protocol/panel.ts";
import type { Profile } from "../protocol/profile.ts";
import { chromeTrace } from "../supervisor/profile/chromeTrace.ts";
import { reportOf } from "../supervisor/profile/report.ts";
import type { RunStore } from "../supervisor/runStore.ts";
import { saveExport } from "./saveExport.ts";

type ProfileUpdate = Extract<PanelUpdate, { kind: "profile" }>;

export class Profiles {
  #told: Profile | undefined;

  /** The run's profile, when the panel has not been told of it as it is now. @param anew the panel knows nothing */
  news({ profile, head }: RunStore, anew: boolean): ProfileUpdate[] {
    if (!profile || (profile === this.#told && !anew)) return [];
    this.#told = profile;
    return [{ kind: "profile", run: head.id, profile: reportOf(profile) }];
  }
}

/** Writes the trace of a run that was profiled to where the learner says. */
export async function saveTrace({ profile, head: { title } }: RunStore): Promise<void> {
  if (!profile) return;
  const name = `${title.toLowerCase().replaceAll(/\W+/g, "-")}.trace.json`;
  await saveExport({ name, content: JSON.stringify(chromeTrace(profile, title)), encoding: "utf8" });
}
