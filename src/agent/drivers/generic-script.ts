import { dirname, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lookup } from "../../cluster/definition/definition.ts";
import { DriverError, type DriverFactory } from "./driver.ts";
import { type Program, type ProgramEnd, startProgram } from "./program.ts";

const againMs = 1_000;

/** The entry points of a Generic Script of MSCS that mean something here, as the one argument of the script. */
type EntryPoint = "online" | "offline" | "terminate" | "looks-alive" | "is-alive";

/**
 * Generic Script: a program that knows how. It is called with an entry point, and says by exit code 0 that it is done, or that the
 * resource is alive. Whatever it has started is its own: so a guard never calls such a group released.
 */
export const genericScript: DriverFactory = (context) => {
  const { spec, baseFolder } = context;
  const file = resolve(baseFolder, String(lookup(spec.properties, "ScriptFilePath")));
  const running = new Set<Program>();
  /** What could never be started has done nothing that would have to be undone. */
  let hasRun = false;

  async function call(entryPoint: EntryPoint): Promise<ProgramEnd> {
    const program = await startProgram(context, file, [entryPoint], dirname(file));
    hasRun = true;
    running.add(program);
    const end = await program.ended;
    running.delete(program);
    // What it leaves behind is what it was asked for, and stays; the call itself is over.
    program.isOver();
    return end;
  }

  async function carryOut(entryPoint: EntryPoint): Promise<void> {
    const { code, sentence } = await call(entryPoint);
    if (code !== 0) throw new DriverError("script-failed", `${entryPoint}: ${sentence}`);
  }

  return {
    online: () => carryOut("online"),
    offline: () => carryOut("offline"),
    terminate: async () => {
      await Promise.all([...running].map((program) => program.kill()));
      if (!hasRun) return;
      try {
        await carryOut("terminate");
      } catch (error) {
        // It is called again until it succeeds: not so soon that the host has nothing else to do.
        await delay(againMs);
        throw error;
      }
    },
    looksAlive: async () => (await call("looks-alive")).code === 0,
    isAlive: async () => {
      const { code, sentence } = await call("is-alive");
      return code === 0 ? { ok: true } : { ok: false, reason: `is-alive: ${sentence}` };
    },
    extend: () => {},
  };
};
