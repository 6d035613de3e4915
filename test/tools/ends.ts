/** A suite that leaves something running would keep `npm test` waiting for ever: it is told what that is, and counts as failed. */
const PATIENCE = 10_000;

export const mochaHooks = {
  afterAll(): void {
    // Does not keep the process alive itself, so it only comes to this when something else does.
    setTimeout(() => {
      console.error(`the suite is over, but its process goes on: ${process.getActiveResourcesInfo().join(", ")}`);
      process.kill(process.pid, "SIGKILL"); // an exit code would be replaced by mocha
    }, PATIENCE).unref();
  },
};
