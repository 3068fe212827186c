import { join } from "node:path";

/** Folder of the package. This file stands two folders below it, in `src/cli` as in `dist/cli`. */
export const packageRoot = join(import.meta.dirname, "..", "..");
export const workerFolder = join(packageRoot, "dist", "worker");
export const examplesFolder = join(packageRoot, "examples");

/** This command's own module: what a child process of it is started with. */
export const commandModule = join(import.meta.dirname, import.meta.filename.endsWith(".ts") ? "main.ts" : "main.js");

/** Haraka's hook, compiled: Haraka loads it, whatever it runs on. */
export const harakaPlugin = join(packageRoot, "dist", "mailers", "haraka-plugin.js");
