import { lookup } from "../../cluster/definition/definition.ts";
import { DriverError, type DriverFactory } from "./driver.ts";
import { loopbackAddress } from "./loopback-address.ts";
import { messageTransferAgent } from "./message-transfer-agent.ts";
import { stateOnly } from "./state-only.ts";

/** Who brings a resource online, by its type. */
export type DriverRegistry = Readonly<Record<string, DriverFactory>>;

/** What runs without a privilege: several nodes on one machine, with loopback addresses. */
export const loopbackDrivers: DriverRegistry = {
  "IP Address": loopbackAddress,
  "Network Name": stateOnly,
  "Physical Disk": stateOnly,
  "Message Transfer Agent": messageTransferAgent,
};

/** Throws `DriverError` `no-driver`, which names what there is. */
export function driverOf(registry: DriverRegistry, type: string): DriverFactory {
  const factory = lookup(registry, type);
  if (factory !== undefined) return factory;
  const known = Object.keys(registry).join(", ");
  throw new DriverError("no-driver", `this agent has no driver for a ${type}; it has: ${known}`);
}
