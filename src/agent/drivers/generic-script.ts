import { dirname, resolve } from "node:path";
import { lookup } from "../../cluster/definition/definition.ts";
import { failSlowly } from "../delays.ts";
import { callsOf } from "./calls.ts";
import { DriverError, type DriverFactory } from "./driver.ts";

/** The entry points of a Generic Script of MSCS that mean something here, as the one argument of the script. */
type EntryPoint = "online" | "offline" | "terminate" | "looks-alive" | "is-alive";

/**
 * Generic Script: a program that knows how. It is called with an entry point, and says by exit code 0 that it is done, or that the
 * resource is alive. Whatever it has started is its own: so a guard never calls such a group released.
 */
export const genericScript: DriverFactory = (context) => {
  const file = resolve(context.baseFolder, String(lookup(context.spec.properties, "ScriptFilePath")));
  const calls = callsOf(context, file, dirname(file));
  const call = (entryPoint: EntryPoint) => calls.sequence()([entryPoint]);

  async function carryOut(entryPoint: EntryPoint): Promise<void> {
    const { code, sentence } = await call(entryPoint);
    if (code !== 0) throw new DriverError("script-failed", `${entryPoint}: ${sentence}`);
  }

  return {
    online: () => carryOut("online"),
    offline: () => carryOut("offline"),
    terminate: async () => {
      await calls.end();
      if (calls.haveRun()) await failSlowly(() => carryOut("terminate"));
    },
    looksAlive: async () => (await call("looks-alive")).code === 0,
    isAlive: async () => {
      const { code, sentence } = await call("is-alive");
      return code === 0 ? { ok: true } : { ok: false, reason: `is-alive: ${sentence}` };
    },
    extend: () => {},
  };
};
