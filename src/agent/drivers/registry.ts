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

type Kind = {
  /**
   * Whether its resources are on the host what their belongings say, and nothing else. What a script or an OCF agent has done only
   * it can undo, and what systemd runs only systemd can end.
   */
  readonly isWhole: boolean;
  readonly driver: (address: DriverFactory, surroundings: Surroundings) => DriverFactory;
};

const kinds: Readonly<Record<string, Kind>> = {
  "IP Address": {
    isWhole: true,
    driver: (address, { addressScript }) => withScript(ipAddress(address), addressScript),
  },
  "Network Name": { isWhole: true, driver: (_address, surroundings) => networkName(surroundings) },
  "Physical Disk": { isWhole: true, driver: () => stateOnly },
  "Message Transfer Agent": { isWhole: true, driver: () => messageTransferAgent },
  "Generic Application": { isWhole: true, driver: () => genericApplication },
  "Generic Script": { isWhole: false, driver: () => genericScript },
  "Generic Service": { isWhole: false, driver: () => genericService },
  "OCF Agent": { isWhole: false, driver: () => ocfAgent },
};

/** @param address who puts an address on this host that is not of 127.0.0.0/8 */
export function driversWith(address: DriverFactory, surroundings: Surroundings): DriverRegistry {
  return Object.fromEntries(Object.entries(kinds).map(([type, { driver }]) => [type, driver(address, surroundings)]));
}

/** Whether a guard can take away all of a resource of this type. */
export function isWholeType(type: string): boolean {
  return lookup(kinds, type)?.isWhole ?? false;
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
