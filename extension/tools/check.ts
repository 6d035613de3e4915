// Types, lint, format and unit tests: what to run before each commit.
import { runSuite } from "../../test/tools/suites.ts";
import { lint } from "./tasks.ts";

const clean = lint();
const { passed, failed } = await runSuite("unit");
console.log(`${passed} passed, ${failed} failed`);
process.exit(clean && failed === 0 ? 0 : 1);
