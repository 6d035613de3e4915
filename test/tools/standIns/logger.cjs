// In place of the native @vscode/spdlog: the same interface, written to the file at once.
const fs = require("node:fs");
const path = require("node:path");

const LEVELS = ["trace", "debug", "info", "warn", "error", "critical"];

class Logger {
  constructor(file) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    this.file = file;
    this.level = LEVELS.indexOf("info");
    this.format = (level, text) => `${new Date().toISOString()} [${level}] ${text}\n`;
  }
  write(level, text) {
    if (LEVELS.indexOf(level) < this.level) return;
    try {
      fs.appendFileSync(this.file, this.format(level, text));
    } catch {
      // A test's home may be gone before the last process that logs into it.
    }
  }
  getLevel() {
    return this.level;
  }
  setLevel(level) {
    this.level = level;
  }
  clearFormatters() {
    this.format = (_level, text) => text;
  }
  setPattern() {}
  flush() {}
  drop() {}
}
for (const level of LEVELS)
  Logger.prototype[level] = function (text) {
    this.write(level, text);
  };

const create = async (_name, file) => new Logger(file);
// VS Code imports this as a module, and Node finds a CommonJS module's names by reading its text: hence one plain line for each.
exports.version = 0;
exports.Logger = Logger;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
