import { lookup, type Properties } from "../../cluster/definition/definition.ts";
import { DriverError, type DriverFactory } from "./driver.ts";
import { genericApplication } from "./generic-application.ts";
import { genericScript } from "./generic-script.ts";
import { genericService } from "./generic-service.ts";
import { ipAddress } from "./ip-address.ts";
import { messageTransferAgent } from "./message-transfer-agent.ts";
import { networkName, type NameServices } from "./network-name.ts";
import { namesDevice } from "./disk/settings.ts";
import { ocfAgent } from "./ocf-agent.ts";
import { type DiskHost, physicalDisk } from "./physical-disk.ts";
import { scriptedAddress } from "./scripted-address.ts";

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
   * it can undo, and what systemd runs only systemd can end; what is mounted is unmounted by the agent alone.
   */
  readonly isWhole: boolean | ((properties: Properties) => boolean);
  readonly driver: (address: DriverFactory, surroundings: Surroundings, disks: DiskHost) => DriverFactory;
};

const kinds = {
  "IP Address": {
    isWhole: true,
    driver: (address, { addressScript }) => withScript(ipAddress(address), addressScript),
  },
  "Network Name": { isWhole: true, driver: (_address, surroundings) => networkName(surroundings) },
  "Physical Disk": {
    isWhole: (properties) => !namesDevice(properties),
    driver: (_address, _surroundings, disks) => physicalDisk(disks),
  },
  "Message Transfer Agent": { isWhole: true, driver: () => messageTransferAgent },
  "Generic Application": { isWhole: true, driver: () => genericApplication },
  "Generic Script": { isWhole: false, driver: () => genericScript },
  "Generic Service": { isWhole: false, driver: () => genericService },
  "OCF Agent": { isWhole: false, driver: () => ocfAgent },
} satisfies Readonly<Record<string, Kind>>;

/** The types that an agent has drivers for. */
export const driverTypes = Object.keys(kinds);

/**
 * @param address who puts an address on this host that is not of 127.0.0.0/8
 * @param disks whose disks are mounted here
 */
export function driversWith(address: DriverFactory, surroundings: Surroundings, disks: DiskHost): DriverRegistry {
  return Object.fromEntries(
    Object.entries<Kind>(kinds).map(([type, { driver }]) => [type, driver(address, surroundings, disks)]),
  );
}

/** What this host is let do: a definition may ask for more. @param types null: all that there are */
export function onlyOf(registry: DriverRegistry, types: readonly string[] | null): DriverRegistry {
  return types === null
    ? registry
    : Object.fromEntries(Object.entries(registry).filter(([type]) => types.includes(type)));
}

/** Whether a guard can take away all of this resource. */
export function isWhole({ type, properties }: { readonly type: string; readonly properties: Properties }): boolean {
  const found = lookup<Kind>(kinds, type)?.isWhole ?? false;
  return typeof found === "boolean" ? found : found(properties);
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
