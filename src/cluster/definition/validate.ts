import { type ClusterDefinition, isOfType, lookup, type ResourceDefinition } from "./definition.ts";
import { findCycle } from "./dependencies.ts";
import type { Problem } from "../events.ts";
import { canonical, parseAddress, parseNetwork, parseUnicast } from "./ip-address.ts";
import { longestRenewMs, renewLimitsMs, ttlLimitsMs } from "../lease/lease.ts";
import { limits } from "../limits.ts";
import { shownName } from "../shown-name.ts";
import {
  clusterProperties,
  networkProperties,
  nodeProperties,
  resourceTypeProperties,
  resourceTypes,
} from "../properties/property-tables.ts";
import { netInterfacesOf } from "./net-interfaces.ts";
import { isTimeZone } from "./time-zone.ts";
import { checkGroup } from "./validate-group.ts";
import { checkProperties, type Path, pointer, quotedList, type ReportProblem } from "./validate-properties.ts";

/**
 * Everything wrong with a definition, each with its path in the document. Empty: it may be applied. Shapes and the
 * spelling of names have been checked before, by the schema.
 */
export function validateDefinition(definition: ClusterDefinition): Problem[] {
  const problems: Problem[] = [];
  const report: ReportProblem = (path, code, sentence) => {
    problems.push({ path: pointer(path), code, sentence });
  };
  checkCluster(definition, report);
  checkNetworksAndNodes(definition, report);
  checkResourceTypes(definition, report);
  checkBounds(definition, report);
  for (const [name, group] of Object.entries(definition.groups)) checkGroup(definition, name, group, report);
  checkGroupDependencies(definition, report);
  checkAddressesAreDistinct(definition, report);
  checkNetworkNamesAreDistinct(definition, report);
  checkInterfaceNamesAreDistinct(definition, report);
  return problems;
}

function checkCluster({ lease, timeZone, properties }: ClusterDefinition, report: ReportProblem): void {
  const { ttlMs, renewMs } = lease;
  if (ttlMs < ttlLimitsMs.min || ttlMs > ttlLimitsMs.max) {
    report(["lease", "ttlMs"], "lease-ttl", `ttlMs must be between ${ttlLimitsMs.min} and ${ttlLimitsMs.max}`);
  }
  const longest = Math.floor(longestRenewMs(ttlMs));
  if (renewMs < renewLimitsMs.min || renewMs > longest) {
    report(
      ["lease", "renewMs"],
      "lease-renew",
      `renewMs must be between ${renewLimitsMs.min} and a quarter of ttlMs, ${renewLimitsMs.max} at most; here ${longest}`,
    );
  }
  if (!isTimeZone(timeZone)) {
    report(["timeZone"], "no-such-time-zone", "must be the name of an IANA time zone, such as UTC or Europe/Berlin");
  }
  checkProperties(clusterProperties, properties, ["properties"], "a cluster", report);
}

function checkNetworksAndNodes({ networks, nodes }: ClusterDefinition, report: ReportProblem): void {
  for (const [name, { cidr, properties }] of Object.entries(networks)) {
    if (parseNetwork(cidr) === null) {
      report(["networks", name, "cidr"], "network-cidr", "this is not an address and prefix, such as 192.0.2.0/24");
    }
    checkProperties(networkProperties, properties, ["networks", name, "properties"], "a network", report);
  }
  const owners = new Map<string, string>();
  for (const [name, { address, properties }] of Object.entries(nodes)) {
    checkProperties(nodeProperties, properties, ["nodes", name, "properties"], "a node", report);
    const parsed = parseUnicast(address);
    if (parsed === null) {
      report(["nodes", name, "address"], "node-address", "this is no IPv4 or IPv6 address of a host");
      continue;
    }
    const other = owners.get(canonical(parsed));
    if (other !== undefined) {
      report(["nodes", name, "address"], "address-twice", `${address} is already the address of node ${other}`);
    }
    owners.set(canonical(parsed), name);
  }
}

/** Names are told apart without regard to case. */
const builtIn: ReadonlySet<string> = new Set(Object.keys(resourceTypes).map((name) => name.toLowerCase()));

function checkResourceTypes({ resourceTypes: own }: ClusterDefinition, report: ReportProblem): void {
  for (const [name, { basedOn, properties }] of Object.entries(own)) {
    const path = ["resourceTypes", name];
    if (builtIn.has(name.toLowerCase())) report(path, "type-built-in", `${name} is a type that there is`);
    if (lookup(resourceTypes, basedOn) === undefined) {
      const known = quotedList(Object.keys(resourceTypes));
      report(
        [...path, "basedOn"],
        "unknown-type",
        `there is no built-in type "${shownName(basedOn)}"; there is ${known}`,
      );
    }
    checkProperties(resourceTypeProperties, properties, [...path, "properties"], "a resource type", report);
  }
}

function checkBounds(definition: ClusterDefinition, report: ReportProblem): void {
  const { networks, nodes, groups, resourceTypes } = definition;
  const { length } = JSON.stringify(definition);
  if (length > limits.definitionLength) {
    report([], "too-large", `${length} characters, as JSON with all defaults; ${limits.definitionLength} at most`);
  }
  const bound = (path: Path, count: number, most: number, what: string): void => {
    if (count > most) report(path, "too-many", `${count} ${what}; ${most} at most`);
  };
  bound(["networks"], Object.keys(networks).length, limits.networks, "networks");
  bound(["nodes"], Object.keys(nodes).length, limits.nodes, "nodes");
  bound(["resourceTypes"], Object.keys(resourceTypes).length, limits.resourceTypes, "resource types");
  bound(["groups"], Object.keys(groups).length, limits.groups, "groups");
  const counts = Object.entries(groups).map(([name, group]) => [name, Object.keys(group.resources).length] as const);
  for (const [name, count] of counts)
    bound(["groups", name, "resources"], count, limits.resourcesPerGroup, "resources");
  bound(
    ["groups"],
    counts.reduce((sum, [, count]) => sum + count, 0),
    limits.resources,
    "resources in all groups",
  );
}

function checkGroupDependencies({ groups }: ClusterDefinition, report: ReportProblem): void {
  for (const [name, { dependsOn }] of Object.entries(groups)) {
    dependsOn.forEach((other, index) => {
      if (lookup(groups, other) === undefined) {
        report(["groups", name, "dependsOn", index], "no-such-group", `there is no group ${other}`);
      }
    });
  }
  const cycle = findCycle(groups);
  if (cycle === null) return;
  const [first = ""] = cycle;
  report(["groups", first, "dependsOn"], "dependency-cycle", `depends on itself: ${cycle.join(" → ")}`);
}

/** One address is one group's: shared, two hosts would speak from it, and nobody would have done wrong. */
function checkAddressesAreDistinct(definition: ClusterDefinition, report: ReportProblem): void {
  const owners = new Map<string, string>();
  for (const [name, { address }] of Object.entries(definition.nodes)) {
    const parsed = parseAddress(address);
    if (parsed !== null) owners.set(canonical(parsed), `node ${name}`);
  }
  forEachResource(definition, "IP Address", (path, resource, where) => {
    const text = String(lookup(resource.properties, "Address"));
    const parsed = parseAddress(text);
    if (parsed === null) return;
    const other = owners.get(canonical(parsed));
    if (other !== undefined) {
      report([...path, "properties", "Address"], "address-twice", `${text} is already the address of ${other}`);
    }
    owners.set(canonical(parsed), where);
  });
}

function checkNetworkNamesAreDistinct(definition: ClusterDefinition, report: ReportProblem): void {
  const owners = new Map<string, string>();
  forEachResource(definition, "Network Name", (path, resource, where) => {
    const name = lookup(resource.properties, "Name");
    if (typeof name !== "string") return;
    const other = owners.get(name.toLowerCase());
    if (other !== undefined) {
      report(
        [...path, "properties", "Name"],
        "name-twice",
        `${shownName(name)} is already the network name of ${other}`,
      );
    }
    owners.set(name.toLowerCase(), where);
  });
}

/** `A - B` on `C` is called as `A` on `B - C` is. */
function checkInterfaceNamesAreDistinct(definition: ClusterDefinition, report: ReportProblem): void {
  const owners = new Map<string, string>();
  for (const { name, node } of netInterfacesOf(definition)) {
    const other = owners.get(name.toLowerCase());
    if (other !== undefined) {
      report(["nodes", node], "name-twice", `its interface "${name}" would be named as one of node ${other}`);
    }
    owners.set(name.toLowerCase(), node);
  }
}

function forEachResource(
  definition: ClusterDefinition,
  type: string,
  visit: (path: Path, resource: ResourceDefinition, where: string) => void,
): void {
  for (const [groupName, { resources }] of Object.entries(definition.groups)) {
    for (const [name, resource] of Object.entries(resources)) {
      if (isOfType(definition, resource, type)) {
        visit(["groups", groupName, "resources", name], resource, `"${name}" in group ${groupName}`);
      }
    }
  }
}
