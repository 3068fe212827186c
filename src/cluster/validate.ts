import {
  type ClusterDefinition,
  type GroupDefinition,
  lookup,
  possibleOwners,
  type PropertyValue,
  type ResourceDefinition,
} from "./definition.ts";
import { findCycle } from "./dependencies.ts";
import type { Problem } from "./events.ts";
import { bitsOf, canonical, contains, parseAddress, parseNetwork, prefixOfMask } from "./ip-address.ts";
import { longestRenewMs, renewLimitsMs, ttlLimitsMs } from "./lease.ts";
import { limits } from "./limits.ts";
import {
  faultOf,
  groupProperties,
  type PropertyRules,
  requiredDependencies,
  resourceTypes,
  rulesOfType,
} from "./properties.ts";

/**
 * Everything wrong with a definition, each with its path in the document. Empty: it may be applied. Shapes and the
 * spelling of names have been checked before, by the schema.
 */
export function validateDefinition(definition: ClusterDefinition): Problem[] {
  const problems: Problem[] = [];
  const report: ReportProblem = (path, code, sentence) => {
    problems.push({ path: pointer(path), code, sentence });
  };
  checkLease(definition, report);
  checkNetworksAndNodes(definition, report);
  checkCounts(definition, report);
  for (const [name, group] of Object.entries(definition.groups)) checkGroup(definition, name, group, report);
  checkAddressesAreDistinct(definition, report);
  checkNetworkNamesAreDistinct(definition, report);
  return problems;
}

type Path = readonly (string | number)[];
type ReportProblem = (path: Path, code: string, sentence: string) => void;

/** JSON Pointer, RFC 6901 section 3. */
function pointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function checkLease({ lease: { ttlMs, renewMs } }: ClusterDefinition, report: ReportProblem): void {
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
}

function checkNetworksAndNodes({ networks, nodes }: ClusterDefinition, report: ReportProblem): void {
  for (const [name, { cidr }] of Object.entries(networks)) {
    if (parseNetwork(cidr) === null) {
      report(
        ["networks", name, "cidr"],
        "network-cidr",
        `"${cidr}" is not an address and prefix, such as 192.0.2.0/24`,
      );
    }
  }
  const owners = new Map<string, string>();
  for (const [name, { address }] of Object.entries(nodes)) {
    const parsed = parseAddress(address);
    if (parsed === null) {
      report(["nodes", name, "address"], "node-address", `"${address}" is not an IPv4 or IPv6 address`);
      continue;
    }
    const other = owners.get(canonical(parsed));
    if (other !== undefined) {
      report(["nodes", name, "address"], "address-twice", `${address} is already the address of node ${other}`);
    }
    owners.set(canonical(parsed), name);
  }
}

function checkCounts({ networks, nodes, groups }: ClusterDefinition, report: ReportProblem): void {
  const bound = (path: Path, count: number, most: number, what: string): void => {
    if (count > most) report(path, "too-many", `${count} ${what}; ${most} at most`);
  };
  bound(["networks"], Object.keys(networks).length, limits.networks, "networks");
  bound(["nodes"], Object.keys(nodes).length, limits.nodes, "nodes");
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

function checkGroup(definition: ClusterDefinition, name: string, group: GroupDefinition, report: ReportProblem): void {
  const path = ["groups", name];
  group.preferredOwners.forEach((node, index) => {
    if (lookup(definition.nodes, node) === undefined) {
      report([...path, "preferredOwners", index], "no-such-node", `there is no node ${node}`);
    }
    if (group.preferredOwners.indexOf(node) !== index) {
      report([...path, "preferredOwners", index], "named-twice", `node ${node} is named twice`);
    }
  });
  checkProperties(groupProperties, group.properties, [...path, "properties"], "a group", report);
  for (const [resourceName, resource] of Object.entries(group.resources)) {
    checkResource(definition, group, resource, [...path, "resources", resourceName], report);
  }
  const cycle = findCycle(group.resources);
  if (cycle !== null) {
    const [first = ""] = cycle;
    report([...path, "resources", first, "dependsOn"], "dependency-cycle", `depends on itself: ${cycle.join(" → ")}`);
  }
  if (Object.keys(definition.nodes).length > 0 && possibleOwners(definition, group).length === 0) {
    report([...path, "resources"], "no-possible-owner", "no node is a possible owner of all resources of the group");
  }
}

function checkResource(
  definition: ClusterDefinition,
  group: GroupDefinition,
  resource: ResourceDefinition,
  path: Path,
  report: ReportProblem,
): void {
  resource.dependsOn.forEach((dependency, index) => {
    if (lookup(group.resources, dependency) === undefined) {
      report(
        [...path, "dependsOn", index],
        "no-such-resource",
        `there is no resource "${dependency}" in this group; it has ${quotedList(Object.keys(group.resources))}`,
      );
    }
  });
  resource.possibleOwners.forEach((node, index) => {
    if (lookup(definition.nodes, node) === undefined) {
      report([...path, "possibleOwners", index], "no-such-node", `there is no node ${node}`);
    }
  });
  const rules = rulesOfType(resource.type);
  if (rules === undefined) {
    const known = quotedList(Object.keys(resourceTypes));
    report([...path, "type"], "unknown-type", `there is no resource type "${resource.type}"; there is ${known}`);
    return;
  }
  checkProperties(rules, resource.properties, [...path, "properties"], withArticle(resource.type), report);
  for (const needed of lookup(requiredDependencies, resource.type) ?? []) {
    const stands = resource.dependsOn.some((name) => lookup(group.resources, name)?.type === needed);
    if (!stands)
      report(
        [...path, "dependsOn"],
        "dependency-required",
        `${withArticle(resource.type)} depends on ${withArticle(needed)}`,
      );
  }
  if (resource.type === "IP Address") checkAddressInNetwork(definition, resource, path, report);
}

function checkProperties(
  rules: PropertyRules,
  properties: Readonly<Record<string, PropertyValue>>,
  path: Path,
  owner: string,
  report: ReportProblem,
): void {
  for (const [name, value] of Object.entries(properties)) {
    const rule = lookup(rules, name);
    if (rule === undefined) {
      report(
        [...path, name],
        "unknown-property",
        `${owner} has no property ${name}; it has ${Object.keys(rules).join(", ")}`,
      );
      continue;
    }
    const fault = faultOf(rule, value);
    if (fault !== null) report([...path, name], fault.code, `${name} ${fault.sentence}`);
  }
  for (const [name, rule] of Object.entries(rules)) {
    if (rule.kind === "text" && rule.required && lookup(properties, name) === undefined) {
      report([...path, name], "property-required", `${owner} needs ${name}`);
    }
  }
}

function checkAddressInNetwork(
  definition: ClusterDefinition,
  { properties }: ResourceDefinition,
  path: Path,
  report: ReportProblem,
): void {
  const networkName = lookup(properties, "Network");
  if (typeof networkName !== "string") return;
  const network = lookup(definition.networks, networkName);
  if (network === undefined) {
    report([...path, "properties", "Network"], "no-such-network", `there is no network "${networkName}"`);
    return;
  }
  const range = parseNetwork(network.cidr);
  const address = parseAddress(String(lookup(properties, "Address")));
  if (range === null || address === null) return;
  const prefix = prefixOfMask(String(lookup(properties, "SubnetMask")));
  if (prefix !== null && prefix > bitsOf(address)) {
    report(
      [...path, "properties", "SubnetMask"],
      "property-format",
      `SubnetMask has ${prefix} bits; an address of this family has ${bitsOf(address)}`,
    );
  }
  if (!contains(range, address)) {
    report(
      [...path, "properties", "Address"],
      "address-outside-network",
      `${String(lookup(properties, "Address"))} is not in network ${networkName}, ${network.cidr}`,
    );
  }
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
    const name = String(lookup(resource.properties, "Name"));
    const other = owners.get(name.toLowerCase());
    if (other !== undefined) {
      report([...path, "properties", "Name"], "name-twice", `${name} is already the network name of ${other}`);
    }
    owners.set(name.toLowerCase(), where);
  });
}

function forEachResource(
  { groups }: ClusterDefinition,
  type: string,
  visit: (path: Path, resource: ResourceDefinition, where: string) => void,
): void {
  for (const [groupName, { resources }] of Object.entries(groups)) {
    for (const [name, resource] of Object.entries(resources)) {
      if (resource.type === type) {
        visit(["groups", groupName, "resources", name], resource, `"${name}" in group ${groupName}`);
      }
    }
  }
}

function quotedList(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

function withArticle(type: string): string {
  return `${/^[AEIO]/.test(type) ? "an" : "a"} ${type}`;
}
