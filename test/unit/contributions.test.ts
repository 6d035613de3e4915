import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { COMMANDS, CONTEXT_KEYS, HINTS_SCHEME, PACK_COMMANDS, PANEL, REFERENCE_SCHEME, SETTINGS, VIEW, WALKTHROUGH } from "../../extension/ui/contributions.ts";

const root = path.resolve(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
const { contributes } = manifest;
const menus: { command: string; when?: string }[] = Object.values(contributes.menus).flat() as never;
const ALL_COMMANDS: readonly string[] = [...COMMANDS, ...PACK_COMMANDS];
const text = JSON.stringify(contributes);

describe("contributions", () => {
  it("lists the commands that package.json lists", () =>
    assert.deepEqual(
      contributes.commands.map((c: { command: string }) => c.command),
      ALL_COMMANDS,
    ));

  it("lists the settings that package.json lists, with their defaults", () => {
    const declared = Object.entries(contributes.configuration.properties as Record<string, { default: unknown }>);
    assert.deepEqual(Object.fromEntries(declared.map(([key, property]) => [key, property.default])), SETTINGS);
  });

  for (const [key, property] of Object.entries(contributes.configuration.properties as Record<string, Record<string, unknown>>)) {
    it(`describes ${key}, and its default is of its type`, () => {
      assert.ok(property.markdownDescription);
      assert.equal(typeof property.default, property.type);
      if (property.enum) assert.ok((property.enum as unknown[]).includes(property.default));
    });
  }

  it("uses each context key in package.json, and no other of ours", () => {
    const conditions = [...menus, ...contributes.keybindings, ...contributes.commands, ...contributes.viewsWelcome].map(
      (entry) => `${entry.when ?? ""} ${entry.enablement ?? ""}`,
    );
    const completed = text.match(/onContext:practicum\.\w+/g) ?? [];
    const used = new Set([...conditions, ...completed].join(" ").match(/practicum\.\w+/g));
    assert.deepEqual([...used].sort(), [...CONTEXT_KEYS, VIEW].sort());
  });

  it("names only known commands in menus, keys, welcome and walkthrough", () => {
    const named = [...menus, ...contributes.keybindings].map((entry) => entry.command);
    const linked = [...text.matchAll(/(?:command|onCommand):(practicum\.\w+)/g)].map((match) => match[1] as string);
    assert.deepEqual(
      [...named, ...linked].filter((id) => !ALL_COMMANDS.includes(id)),
      [],
    );
  });

  it("gives each command an icon and a category", () => {
    for (const command of contributes.commands) assert.match(`${command.category} ${command.icon}`, /^Practicum \$\([a-z-]+\)$/, command.command);
  });

  it("names the view, the panel and the walkthrough as the code does", () => {
    assert.equal(contributes.views.practicum[0].id, VIEW);
    assert.equal(contributes.walkthroughs[0].id, WALKTHROUGH);
    assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${PANEL}`));
  });

  it("has every picture and page that it names", () => {
    const named = text.match(/extension\/ui\/media\/[\w.-]+/g) ?? [];
    assert.deepEqual(
      [...new Set(named)].sort(),
      readdirSync(path.join(root, "extension/ui/media"))
        .map((file) => `extension/ui/media/${file}`)
        .sort(),
    );
    assert.ok(named.every((file) => existsSync(path.join(root, file))));
  });

  it("is never activated by a start of the editor", () => {
    assert.deepEqual(
      manifest.activationEvents.filter((event: string) => event === "*" || event === "onStartupFinished" || event.includes("**")),
      [],
    );
  });

  it("keeps restricted the settings that name programs and files", () => {
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, ["practicum.node", "practicum.corpus", "practicum.folder"]);
  });

  it("has schemes of its own for documents in memory", () => assert.equal(new Set([HINTS_SCHEME, REFERENCE_SCHEME]).size, 2));
});
