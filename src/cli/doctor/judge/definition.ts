import { leastTtlWithoutFilterMs } from "../../../agent/linux/address-driver.ts";
import { deviceFor } from "../../../agent/linux/device.ts";
import type { HostAddress } from "../../../agent/linux/ip.ts";
import { lacks } from "../../../agent/linux/lacks.ts";
import { capabilities } from "../../../agent/linux/privileges.ts";
import { type DiskSettings, namesDevice, settingsOf } from "../../../agent/drivers/disk/settings.ts";
import { DriverError } from "../../../agent/drivers/driver.ts";
import { driverTypes } from "../../../agent/drivers/registry.ts";
import {
  type ClusterDefinition,
  lookup,
  possibleOwners,
  type ResourceDefinition,
  servedResources,
} from "../../../cluster/definition/definition.ts";
import { contains, parseAddress, parseNetwork } from "../../../cluster/definition/ip-address.ts";
import type { Problem } from "../../../cluster/events.ts";
import type { Result } from "../../../client/result.ts";
import type { parseDefinition } from "../../../protocol/definition.ts";
import type { Told } from "../check.ts";
import { failed, ok, type Outcome, skipped, warning } from "../outcome.ts";
import { noDefinition } from "./control-plane.ts";
import type { ProgramPlace, Tried, Whose } from "./host.ts";

/** What came of asking for the definition: a refusal, or one that cannot be read, or one that can. */
export type DefinitionAnswer = Exclude<Result<unknown>, { ok: true }> | ReturnType<typeof parseDefinition>;

/** @param isNodes the node's own token was used, and no reader's was given */
export function judgeDefinition(node: string, answer: DefinitionAnswer, isNodes: boolean): Outcome {
  if (!answer.ok) return "kind" in answer ? noDefinition(answer, isNodes) : unreadable(answer.problems);
  const { cluster, lease, nodes } = answer.definition;
  if (lookup(nodes, node) !== undefined)
    return ok(`cluster ${cluster} has node ${node}, and a lease of ${lease.ttlMs} ms`);
  return failed({
    what: `cluster ${cluster} has no node ${node}; it has ${Object.keys(nodes).join(", ") || "none"}`,
    cost: "the agent cannot join",
    remedy: `add it: bridgehead node add ${node} --address ADDRESS`,
  });
}

function unreadable(problems: readonly Problem[]): Outcome {
  const [first] = problems;
  return skipped(
    `the definition cannot be read (${first === undefined ? "it is none" : `${first.path}: ${first.sentence}`})`,
    "bring the command and the control plane to the same version of bridgehead",
  );
}

type Named = ResourceDefinition & { readonly name: string };

/** The resources that may come to a node, of built-in types. */
export function resourcesFor(definition: ClusterDefinition, node: string): Named[] {
  return Object.values(definition.groups)
    .filter((group) => possibleOwners(definition, group).includes(node))
    .flatMap((group) => Object.entries(servedResources(definition, group)).map(([name, of]) => ({ name, ...of })));
}

const loopback = parseNetwork("127.0.0.0/8");

/** An address that a host has to be given: all of 127.0.0.0/8 is there already. */
export type WantedAddress = { readonly resource: string; readonly address: string };

export function addressesFor(definition: ClusterDefinition, node: string): WantedAddress[] {
  return resourcesFor(definition, node)
    .filter(({ type }) => type === "IP Address")
    .map(({ name, properties }) => ({ resource: name, address: String(lookup(properties, "Address")) }))
    .filter(({ address }) => {
      const parsed = parseAddress(address);
      return parsed === null || loopback === null || !contains(loopback, parsed);
    });
}

/** What stands in the way of all addresses, whatever their network. */
export type AddressFacts = {
  readonly wanted: readonly WantedAddress[];
  readonly whyNoIp: string | null;
  readonly whose: Whose;
  readonly present: readonly HostAddress[];
};

/** SPEC LX5, and what an address stands on. */
export function judgeAddresses({ wanted, whyNoIp, whose, present }: AddressFacts): Outcome | Told[] | null {
  if (wanted.length === 0) return null;
  if (whyNoIp !== null) return failed(lacks.ip(whyNoIp));
  // Of somebody else's process nothing follows for the agent's.
  if (whose.who === "agent" && !whose.privileges.capabilities.has("CAP_NET_ADMIN")) {
    return failed(lacks.netAdmin("the agent's process"));
  }
  return wanted.map(({ resource, address }) => ({ subject: resource, outcome: placeOf(address, present) }));
}

function placeOf(address: string, present: readonly HostAddress[]): Outcome {
  try {
    return ok(`${address} would come on ${deviceFor(address, present)}`);
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return failed({
      what: error.message,
      cost: "its group does not come online on this host",
      remedy: "give this host an address of that network, or take it from the group's possibleOwners",
    });
  }
}

/** SPEC LX11. */
export function judgeLease(ttlMs: number, wanted: readonly WantedAddress[], filter: Tried): Outcome | null {
  if (wanted.length === 0) return null;
  if (filter.kind === "has") return ok(`a lease of ${ttlMs} ms is kept by the packet filter`);
  if (ttlMs >= leastTtlWithoutFilterMs) return ok(`a lease of ${ttlMs} ms is long enough without a packet filter`);
  if (filter.kind !== "lacks") {
    return skipped(`whether there is a packet filter, which a lease of ${ttlMs} ms needs, is not known`);
  }
  return failed({
    what: `the lease lasts ${ttlMs} ms, and this host has no packet filter (${filter.why})`,
    cost: "nothing else ends an address in time, so none comes online here",
    remedy: `make ttlMs ${leastTtlWithoutFilterMs} or more, or see what is said of the packet filter`,
  });
}

const hasDevice = ({ type, properties }: ResourceDefinition): boolean =>
  type === "Physical Disk" && namesDevice(properties);

/** LEASE rule 19: a disk without a fence is the operator's own risk, and said to be one. One without a Device is a state. */
export function judgeDisks(definition: ClusterDefinition, node: string): Told[] {
  return resourcesFor(definition, node)
    .filter((resource) => hasDevice(resource) && /^none$/i.test(String(lookup(resource.properties, "Fence"))))
    .map(({ name }) => ({
      subject: name,
      outcome: warning({
        what: "nothing fences this disk (Fence is None)",
        cost:
          "after a lease has ended in silence, the next owner mounts it while the last one may still write to it, and what is on it " +
          "may be destroyed",
        remedy: "use a fence (a SCSI-3 reservation), or see that only one host can reach the disk at a time",
      }),
    }));
}

/** What is at a path; `not-known`: this user may not look. */
export type InPlace = "folder" | "other" | "absent" | "not-known";

/** What a host has for its disks. */
export type DiskFacts = {
  readonly whose: Whose;
  readonly sgPersist: ProgramPlace;
  readonly inPlace: (path: string) => InPlace;
};

/** What it takes to mount a disk, and to reserve it. Whether the disk can be mounted is known when it is. */
export function judgeMounts(definition: ClusterDefinition, node: string, facts: DiskFacts): Told[] {
  return resourcesFor(definition, node)
    .filter(hasDevice)
    .map(({ name, properties }) => ({ subject: name, outcome: judgeMount(properties, facts) }));
}

function judgeMount(properties: ResourceDefinition["properties"], facts: DiskFacts): Outcome {
  try {
    const settings = settingsOf(properties);
    return (
      misplaced(settings, facts.inPlace) ?? notAble(settings, facts.whose) ?? reservable(settings, facts.sgPersist)
    );
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return failed({ what: error.message, cost: staysAway, remedy: "mend it in the definition" });
  }
}

const staysAway = "its group does not come online here";

function misplaced({ device, mountPoint }: DiskSettings, at: DiskFacts["inPlace"]): Outcome | null {
  if (at(device) === "absent") {
    const remedy = "see that this host reaches its disk (lsblk, ls -l /dev/disk/by-id)";
    return failed({ what: `its Device, ${device}, is not there`, cost: staysAway, remedy });
  }
  switch (at(mountPoint)) {
    case "absent":
      return failed({
        what: `its MountPoint, ${mountPoint}, is not there`,
        cost: staysAway,
        remedy: `mkdir -p ${mountPoint}`,
      });
    case "other":
      return failed({
        what: `its MountPoint, ${mountPoint}, is no folder`,
        cost: staysAway,
        remedy: "name a folder, and not a link to one",
      });
    case "folder":
    case "not-known":
      return null;
  }
}

function notAble({ isFenced }: DiskSettings, { who, privileges }: Whose): Outcome | null {
  const needed = isFenced
    ? ([capabilities.sysAdmin, capabilities.sysRawio] as const)
    : ([capabilities.sysAdmin] as const);
  const missing = needed.filter((name) => !privileges.capabilities.has(name)).join(" and ");
  if (missing === "") return null;
  // Of somebody else's process nothing follows for the agent's.
  if (who === "this user") {
    return skipped(
      `no process of the agent was seen, and this user has no ${missing}: whether the agent has is not known`,
      "start the agent, and run bridgehead doctor as root",
    );
  }
  return failed({
    what: `it is mounted, and the agent has no ${missing}`,
    cost: staysAway,
    remedy: "take the units that bridgehead agent install --disks prints",
  });
}

function reservable({ isFenced }: DiskSettings, sgPersist: ProgramPlace): Outcome {
  if (!isFenced || sgPersist?.isInPath === true) return ok("nothing was found against it");
  const cost = "after a silence the disk waits until an operator says that the other host is off";
  if (sgPersist === null) {
    return warning({ what: "sg_persist is not here, which reserves the disk", cost, remedy: "install sg3-utils" });
  }
  return warning({
    what: "sg_persist, which reserves the disk, is not in PATH",
    cost,
    remedy: `it is at ${sgPersist.path}: put that folder there`,
  });
}

/** IPv6 neighbours are told by a program of their own. */
export function judgeNdptool(wanted: readonly WantedAddress[], place: ProgramPlace): Outcome | null {
  if (!wanted.some(({ address }) => address.includes(":"))) return null;
  if (place !== null) return ok(`it is ${place.path}`);
  return warning(lacks.announcing("ndptool is not here"));
}

/** What needs systemd. */
export function judgeServices(definition: ClusterDefinition, node: string, hasSystemd: boolean): Told[] {
  if (hasSystemd) return [];
  return resourcesFor(definition, node)
    .filter(({ type }) => type === "Generic Service")
    .map(({ name }) => ({
      subject: name,
      outcome: failed({
        what: "it is a Generic Service, and systemd does not run this host",
        cost: "its group does not come online here",
        remedy: "take this node from the group's possibleOwners",
      }),
    }));
}

/** SPEC SE5. @param types `resourceTypes` of the agent; null: all that this version has */
export function judgeTypes(definition: ClusterDefinition, node: string, types: readonly string[] | null): Told[] {
  return resourcesFor(definition, node)
    .filter(({ type }) => !(types ?? driverTypes).includes(type))
    .map(({ name, type }) => ({
      subject: name,
      outcome: failed({
        what: `it is a ${type}, which ${types === null ? "this version of bridgehead does not know" : "is not among the resourceTypes of this host's agent"}`,
        cost: "its group does not come online here",
        remedy:
          types === null
            ? "install the control plane's version on this host, or take this node from the group's possibleOwners"
            : "add it to resourceTypes and restart the agent, or take this node from the group's possibleOwners",
      }),
    }));
}
