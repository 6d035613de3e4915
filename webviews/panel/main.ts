/** The panel: folds the host's updates into a state and shows it once per frame. It keeps nothing itself. */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
} from "@vscode/webview-ui-toolkit";
import type { PanelIntent } from "../../extension/protocol/panel.ts";
import { Announcer } from "./announce.ts";
import { ChecksView } from "./checks/checks.ts";
import { h } from "./dom.ts";
import { HeaderView } from "./header.ts";
import "./panel.css";
import { parseUpdate } from "./parse/update.ts";
import { PlotsView } from "./plots/plots.ts";
import { ProfileView } from "./profile/profile.ts";
import { emptyState, reduce } from "./state.ts";
import { TabsView } from "./tabs.ts";

declare function acquireVsCodeApi(): { postMessage(intent: PanelIntent): void };

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeDropdown(), vsCodeOption(), vsCodePanels(), vsCodePanelTab(), vsCodePanelView());
const host = acquireVsCodeApi();
const post = (intent: PanelIntent): void => host.postMessage(intent);

const header = new HeaderView(post);
const plots = new PlotsView(post);
const checks = new ChecksView(post);
const profile = new ProfileView(post);
const tabs = new TabsView(plots.element, checks.element, profile.element);
const announcer = new Announcer();
document.body.append(header.element, h("main", {}, tabs.element), announcer.element);

let state = emptyState;
let scheduled = false;

function render(): void {
  scheduled = false;
  document.body.dataset.runState = state.run?.state ?? "none";
  for (const view of [header, tabs, plots, checks, profile, announcer]) view.update(state);
}

window.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
  const update = parseUpdate(data);
  if (typeof update === "string") return console.warn(update);
  state = reduce(state, update, Date.now());
  if (!scheduled) requestAnimationFrame(render);
  scheduled = true;
});

render();
post({ kind: "ready" });
