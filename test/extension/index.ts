/** What `--extensionTestsPath` names, bundled beside the test files. */
export { run } from "../tools/hostSuite.ts";
