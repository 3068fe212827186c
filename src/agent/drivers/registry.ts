import { lookup } from "../../cluster/definition/definition.ts";
import { DriverError, type DriverFactory } from "./driver.ts";
import { genericApplication } from "./generic-application.ts";
import { genericScript } from "./generic-script.ts";
import { genericService } from "./generic-service.ts";
import { ipAddress } from "./ip-address.ts";
import { messageTransferAgent } from "./message-transfer-agent.ts";
import { networkName, type NameServices } from "./network-name.ts";
import { ocfAgent } from "./ocf-agent.ts";
import { scriptedAddress } from "./scripted-address.ts";
import { stateOnly } from "./state-only.ts";

/** Who brings a resource online, by its type. */
export type DriverRegistry = Readonly<Record<string, DriverFactory>>;

/** Who is told of addresses and names, beside this host. */
export type Surroundings = NameServices & {
  /** A program that tells the network whose an address is, where that is not told by ARP; null: none. */
  readonly addressScript: string | null;
};
export const nobodyElse: Surroundings = { addressScript: null, hostsFile: null, nameServer: null };

/** @param address who puts an address on this host that is not of 127.0.0.0/8 */
export const driversWith = (address: DriverFactory, surroundings: Surroundings): DriverRegistry => ({
  "IP Address": withScript(ipAddress(address), surroundings.addressScript),
  "Network Name": networkName(surroundings),
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

function withScript(address: DriverFactory, script: string | null): DriverFactory {
  return script === null ? address : scriptedAddress(address, script);
}

/** Throws `DriverError` `no-driver`, which names what there is. */
export function driverOf(registry: DriverRegistry, type: string): DriverFactory {
  const factory = lookup(registry, type);
  if (factory !== undefined) return factory;
  const known = Object.keys(registry).join(", ");
  throw new DriverError("no-driver", `this agent has no driver for a ${type}; it has: ${known}`);
}
