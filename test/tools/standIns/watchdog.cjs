// In place of the native @vscode/native-watchdog: ends this process when its parent is gone.
exports.start = (parent) => {
  const alive = () => {
    try {
      process.kill(parent, 0);
    } catch {
      process.exit(1);
    }
  };
  setInterval(alive, 1000).unref();
};
exports.exit = (code) => process.exit(code ?? 0);
