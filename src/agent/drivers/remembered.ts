import { setTimeout as delay } from "node:timers/promises";
import { pendingTimeoutMs } from "../../cluster/policies/resource-timing.ts";
import { messageOf } from "../../mta/message-of.ts";
import { longestDelayMs } from "../delays.ts";
import type { Log } from "../log.ts";
import type { Remain, Remains } from "../remains.ts";
import type { DriverContext, DriverFactory } from "./driver.ts";
import { driverOf, type DriverRegistry, isWhole } from "./registry.ts";

/** What outlives this process is written down before it is begun, and until it is certainly gone. */
export function remembering(registry: DriverRegistry, remains: Pick<Remains, "add" | "remove">): DriverRegistry {
  return Object.fromEntries(
    Object.entries(registry).map(([type, factory]) => [
      type,
      (context) => (isWhole(context.spec) ? factory : remembered(factory, remains))(context),
    ]),
  );
}

function remembered(factory: DriverFactory, remains: Pick<Remains, "add" | "remove">): DriverFactory {
  return (context) => {
    const { hold, name, spec, group } = context;
    const driver = factory(context);
    const isGone = (): void => remains.remove({ hold, name });
    return {
      ...driver,
      online: async (deadline) => {
        remains.add({ hold, name, spec, group });
        await driver.online(deadline);
      },
      offline: () => driver.offline().then(isGone),
      terminate: () => driver.terminate().then(isGone),
    };
  };
}

/** Where drivers work, whatever they work for. */
export type Place = Pick<DriverContext, "agentSocket" | "outputFolder" | "baseFolder">;

/**
 * Takes away what earlier runs have left, what was begun last first. Resolves when nothing of it is there any more, however long
 * that takes: this node must get nothing before.
 */
export async function takeAwayWhatIsLeft(
  remains: Remains,
  registry: DriverRegistry,
  place: Place,
  log: Log,
): Promise<void> {
  for (const remain of remains.left.toReversed()) {
    const what = `${remain.name} of group ${remain.hold.group}, epoch ${remain.hold.epoch}`;
    log("warning", "left-over", `${what}, was left by an earlier run; it is taken away before this one joins`);
    await takeAway(remain, registry, place, {
      log: (code, detail) => log("warning", code, detail),
      stays: (why) => log("error", "left-over-stays", `${what}: ${why}; it is tried again, and this node waits for it`),
    });
    log("info", "left-over-gone", `${what}, is gone`);
  }
}

/** Each new try ends the one before it. */
const leastPatienceMs = 1_000;

async function takeAway(
  { hold, name, spec, group }: Remain,
  registry: DriverRegistry,
  place: Place,
  { log, stays }: Pick<DriverContext, "log"> & { readonly stays: (why: string) => void },
): Promise<void> {
  const factory = driverOf(registry, spec.type);
  const driver = factory({
    ...place,
    hold,
    name,
    spec,
    group,
    isLeft: true,
    heldBefore: {},
    unfenced: [],
    ttlMs: 0,
    failed: () => {},
    progress: () => {},
    association: () => {},
    log,
    belongings: { add: () => {}, remove: () => {} },
  });
  const patienceMs = Math.min(Math.max(pendingTimeoutMs(spec), leastPatienceMs), longestDelayMs);
  for (;;) {
    const late = delay(patienceMs, `nothing came of it within ${patienceMs} ms`, { ref: false });
    const gone = driver.terminate().then(() => null, messageOf);
    const why = await Promise.race([gone, late]);
    if (why === null) return;
    stays(why);
  }
}
