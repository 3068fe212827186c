import { lookup } from "../../cluster/definition/definition.ts";
import { DriverError, type DriverFactory } from "./driver.ts";
import { genericApplication } from "./generic-application.ts";
import { genericScript } from "./generic-script.ts";
import { genericService } from "./generic-service.ts";
import { ipAddress } from "./ip-address.ts";
import { messageTransferAgent } from "./message-transfer-agent.ts";
import { ocfAgent } from "./ocf-agent.ts";
import { scriptedAddress } from "./scripted-address.ts";
import { stateOnly } from "./state-only.ts";

/** Who brings a resource online, by its type. */
export type DriverRegistry = Readonly<Record<string, DriverFactory>>;

/**
 * @param address who puts an address on this host that is not of 127.0.0.0/8
 * @param addressScript what tells the network whose an address is, where that is not told by ARP; null: nothing
 */
export const driversWith = (address: DriverFactory, addressScript: string | null): DriverRegistry => ({
  "IP Address": addressScript === null ? ipAddress(address) : scriptedAddress(ipAddress(address), addressScript),
  "Network Name": stateOnly,
  "Physical Disk": stateOnly,
  "Message Transfer Agent": messageTransferAgent,
  "Generic Application": genericApplication,
  "Generic Script": genericScript,
  "Generic Service": genericService,
  "OCF Agent": ocfAgent,
});

/**
 * Types whose resources are on the host what their belongings say, and nothing else. What a script or an OCF agent has done only it
 * can undo, and what systemd runs only systemd can end.
 */
const wholeTypes: ReadonlySet<string> = new Set([
  "IP Address",
  "Network Name",
  "Physical Disk",
  "Message Transfer Agent",
  "Generic Application",
]);

export function isWholeType(type: string): boolean {
  return wholeTypes.has(type);
}

/** Throws `DriverError` `no-driver`, which names what there is. */
export function driverOf(registry: DriverRegistry, type: string): DriverFactory {
  const factory = lookup(registry, type);
  if (factory !== undefined) return factory;
  const known = Object.keys(registry).join(", ");
  throw new DriverError("no-driver", `this agent has no driver for a ${type}; it has: ${known}`);
}
