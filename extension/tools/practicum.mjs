#!/usr/bin/env node
// The `practicum` command in a checkout: sets up and builds at its first use, then is the built command. Runs on a bare Node 20.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (file) => fileURLToPath(new URL(file, import.meta.url));
const command = at("../../dist/practicum.mjs");
if (!existsSync(command)) {
  // What is set up is told on stderr: stdout may be JSON for a program.
  const { status } = spawnSync(process.execPath, [at("run.mjs"), "build.mjs"], { stdio: ["ignore", 2, 2] });
  if (status !== 0) process.exit(2);
}
await import(command);
