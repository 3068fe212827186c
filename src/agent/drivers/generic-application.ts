import { resolve } from "node:path";
import { lookup } from "../../cluster/definition/definition.ts";
import type { DriverFactory } from "./driver.ts";
import { type Program, startProgram } from "./program.ts";

/**
 * Generic Application: a command line, run by the shell in CurrentDirectory. It is online when it has been started, and has failed
 * when it ends by itself; that is all that can be known of any program.
 */
export const genericApplication: DriverFactory = (context) => {
  const { spec, baseFolder, failed } = context;
  const folder = resolve(baseFolder, String(lookup(spec.properties, "CurrentDirectory")));
  const commandLine = String(lookup(spec.properties, "CommandLine"));
  let program: Program | null = null;
  let isAskedToEnd = false;
  const isRunning = (): boolean => program?.isRunning() ?? false;
  return {
    online: async () => {
      const started = await startProgram(context, "/bin/sh", ["-c", commandLine], folder);
      program = started;
      if (isAskedToEnd) return started.kill();
      void started.ended.then(({ sentence }) => {
        if (!isAskedToEnd) failed({ code: "program-ended", message: `it ended by itself: ${sentence}` });
      });
    },
    offline: async () => {
      isAskedToEnd = true;
      await program?.stop();
    },
    terminate: async () => {
      isAskedToEnd = true;
      await program?.kill();
    },
    looksAlive: async () => isRunning(),
    isAlive: async () => (isRunning() ? { ok: true } : { ok: false, reason: "its process is gone" }),
    extend: () => {},
  };
};
