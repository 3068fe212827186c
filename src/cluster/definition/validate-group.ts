import {
  type ClusterDefinition,
  type GroupDefinition,
  isOfType,
  lookup,
  possibleOwners,
  type ResourceDefinition,
} from "./definition.ts";
import { alternativesOf, findCycle } from "./dependencies.ts";
import { bitsOf, contains, isOfNoHost, parseAddress, parseNetwork, prefixOfMask } from "./ip-address.ts";
import { limits } from "../limits.ts";
import { shownName } from "../shown-name.ts";
import { dwordOf } from "../properties/properties.ts";
import {
  commonResourceProperties,
  driverTypeOf,
  groupProperties,
  requiredDependencies,
  resourceTypes,
  rulesOfType,
} from "../properties/property-tables.ts";
import { checkProperties, type Path, quotedList, type ReportProblem, withArticle } from "./validate-properties.ts";

export function checkGroup(
  definition: ClusterDefinition,
  name: string,
  group: GroupDefinition,
  report: ReportProblem,
): void {
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
  checkWindow(group, [...path, "properties"], report);
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

/** A window has two ends, or it is none. */
function checkWindow({ properties }: GroupDefinition, path: Path, report: ReportProblem): void {
  const hours = ["FailbackWindowStart", "FailbackWindowEnd"].map((name) => dwordOf(properties, groupProperties, name));
  if (hours.filter((hour) => hour === -1).length !== 1) return;
  const missing = hours[0] === -1 ? "FailbackWindowStart" : "FailbackWindowEnd";
  report([...path, missing], "window-half", "a window has both a start and an end, or neither (-1)");
}

function checkResource(
  definition: ClusterDefinition,
  group: GroupDefinition,
  resource: ResourceDefinition,
  path: Path,
  report: ReportProblem,
): void {
  checkDependencies(group, resource, path, report);
  resource.possibleOwners.forEach((node, index) => {
    if (lookup(definition.nodes, node) === undefined) {
      report([...path, "possibleOwners", index], "no-such-node", `there is no node ${node}`);
    }
    if (resource.possibleOwners.indexOf(node) !== index) {
      report([...path, "possibleOwners", index], "named-twice", `node ${node} is named twice`);
    }
  });
  const driverType = driverTypeOf(definition, resource.type);
  const rules = driverType === undefined ? undefined : rulesOfType(driverType);
  if (driverType === undefined || rules === undefined) {
    const known = quotedList([...Object.keys(resourceTypes), ...Object.keys(definition.resourceTypes)]);
    report(
      [...path, "type"],
      "unknown-type",
      `there is no resource type "${shownName(resource.type)}"; there is ${known}`,
    );
    return;
  }
  checkProperties(rules, resource.properties, [...path, "properties"], withArticle(resource.type), report);
  checkRetryPeriod(resource, [...path, "properties"], report);
  for (const needed of lookup(requiredDependencies, driverType) ?? []) {
    // An alternative of another type would do in its place.
    const stands = resource.dependsOn.some((dependency) =>
      alternativesOf(dependency).every((name) => {
        const other = lookup(group.resources, name);
        return other !== undefined && isOfType(definition, other, needed);
      }),
    );
    if (stands) continue;
    const sentence = `${withArticle(resource.type)} depends on ${withArticle(needed)}`;
    report([...path, "dependsOn"], "dependency-required", sentence);
  }
  if (driverType === "IP Address") checkAddressInNetwork(definition, resource, path, report);
}

function checkDependencies(
  group: GroupDefinition,
  { dependsOn }: ResourceDefinition,
  path: Path,
  report: ReportProblem,
): void {
  // An edit adds to what was within the bound, and a shape has been judged before that.
  const most = limits.resourcesPerGroup;
  if (dependsOn.length > most) {
    report([...path, "dependsOn"], "too-many", `${dependsOn.length} dependencies; ${most} at most`);
  }
  dependsOn.forEach((dependency, index) => {
    for (const name of alternativesOf(dependency)) {
      if (lookup(group.resources, name) !== undefined) continue;
      const known = quotedList(Object.keys(group.resources));
      const sentence = `there is no resource "${shownName(name)}" in this group; it has ${known}`;
      report([...path, "dependsOn", index], "no-such-resource", sentence);
    }
  });
}

/** RetryPeriodOnFailure is not shorter than RestartPeriod, as MSCS has it: a retry would come among the restarts. */
function checkRetryPeriod({ properties }: ResourceDefinition, path: Path, report: ReportProblem): void {
  const [restart = 0, retry = 0] = ["RestartPeriod", "RetryPeriodOnFailure"].map((name) =>
    dwordOf(properties, commonResourceProperties, name),
  );
  if (retry >= restart) return;
  const sentence = `RetryPeriodOnFailure must not be shorter than RestartPeriod, here ${restart}`;
  report([...path, "RetryPeriodOnFailure"], "property-range", sentence);
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
    report([...path, "properties", "Network"], "no-such-network", `there is no network "${shownName(networkName)}"`);
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
  if (isOfNoHost(address, range.prefix) && contains(range, address)) {
    report(
      [...path, "properties", "Address"],
      "property-format",
      `${String(lookup(properties, "Address"))} is the network or the broadcast address of ${network.cidr}, and no host's`,
    );
  }
  if (lookup(properties, "OverrideAddressMatch") === 1) return;
  if (prefix !== null && prefix <= bitsOf(address) && prefix !== range.prefix) {
    report(
      [...path, "properties", "SubnetMask"],
      "mask-differs",
      `SubnetMask has ${prefix} bits, and network ${networkName} is ${network.cidr}`,
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
