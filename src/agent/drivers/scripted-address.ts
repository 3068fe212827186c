import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lookup } from "../../cluster/definition/definition.ts";
import { type Call, callsOf } from "./calls.ts";
import { DriverError, type DriverFactory } from "./driver.ts";

/** The one argument before the address. */
type Verb = "take" | "drop" | "check";

/** Nobody may be kept from taking the address by a script that hangs while it gives it up. */
const dropWithinMs = 10_000;

/**
 * An IP Address that a network does not learn by ARP, as in a cloud: a script tells it whose the address is, and this host has it as
 * every other one. `take ADDRESS` makes the network deliver it here, `drop ADDRESS` gives it up, `check ADDRESS` says by its exit
 * code whether it is delivered here. Each may be called again at any time; BRIDGEHEAD_EPOCH tells a later call from an earlier
 * one of another host. What ends speaking is that the address leaves this host, so a `drop` that fails is told, and holds up nobody.
 */
export function scriptedAddress(onHost: DriverFactory, file: string): DriverFactory {
  return (context) => {
    const address = String(lookup(context.spec.properties, "Address"));
    const driver = onHost(context);
    const calls = callsOf(context, file, dirname(file));
    let isTerminated = false;
    let until = Number.NEGATIVE_INFINITY;

    async function ask(call: Call, verb: Verb): Promise<string | null> {
      const { code, sentence } = await call([verb, address]);
      return code === 0 ? null : `${verb} ${address}: ${sentence}`;
    }

    async function drop(): Promise<void> {
      const late = delay(dropWithinMs, `drop ${address}: it took longer than ${dropWithinMs} ms`, { ref: false });
      const dropped = ask(calls.sequence(), "drop").catch((error: DriverError) => error.message);
      const why = await Promise.race([dropped, late]);
      await calls.end();
      if (why !== null) context.log("address-not-dropped", why);
    }

    return {
      ...driver,
      online: async (deadline) => {
        until = deadline;
        const why = await ask(calls.sequence(), "take");
        if (why !== null) throw new DriverError("address-not-taken", why);
        if (isTerminated) throw new DriverError("called-off", `${address} was called off before it was here`);
        // The lease goes on while the network is asked.
        await driver.online(until);
      },
      offline: async () => {
        await driver.offline();
        await drop();
      },
      terminate: async () => {
        isTerminated = true;
        await Promise.all([calls.end(), driver.terminate()]);
        if (calls.haveRun()) await drop();
      },
      extend: (deadline) => {
        until = deadline;
        driver.extend(deadline);
      },
      isAlive: async () => {
        const alive = await driver.isAlive();
        if (!alive.ok) return alive;
        const why = await ask(calls.sequence(), "check");
        return why === null ? { ok: true } : { ok: false, reason: why };
      },
    };
  };
}
