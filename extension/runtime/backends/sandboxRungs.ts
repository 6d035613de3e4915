/** Adds the rungs that need no native addon: they are always there, and run inside the sandbox. */
import { cpu } from "./cpu.ts";
import { addRungs } from "./ladder.ts";
import { wasm } from "./wasm.ts";

addRungs(wasm, cpu);
