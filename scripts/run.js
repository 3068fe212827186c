// Runs a command of this checkout under the Node that the package brings: node scripts/run.js COMMAND ARGUMENTS…
// Plain JavaScript, because the host's own Node starts it.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { broughtNode } from "../bin/brought-node.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const node = broughtNode() || process.execPath;
const [command, ...args] = process.argv.slice(2);
const path = [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);
const child = spawn(command, args, { stdio: "inherit", env: Object.assign({}, process.env, { PATH: path }) });
["SIGINT", "SIGTERM", "SIGHUP"].forEach(function (signal) {
  process.on(signal, function () {
    child.kill(signal);
  });
});
child.on("error", function (error) {
  process.stderr.write(command + " cannot be started: " + error.message + "\n");
  process.exit(1);
});
child.on("exit", function (code, signal) {
  process.exit(signal === null ? code : 128 + (constants.signals[signal] || 0));
});
