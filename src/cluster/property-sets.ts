import { type ClusterDefinition, lookup, type Properties, type PropertyValue } from "./definition.ts";
import type { PropertyOwner } from "./edit.ts";
import { propertiesOf } from "./edit-properties.ts";
import { netInterfacesOf } from "./enumerate.ts";
import { parseNetwork } from "./ip-address.ts";
import { networkRoles } from "./definition.ts";
import type { PropertyRule, PropertyRules } from "./properties.ts";
import {
  clusterProperties,
  commonResourceProperties,
  driverTypeOf,
  groupProperties,
  netInterfaceProperties,
  networkProperties,
  nodeProperties,
  privateRules,
  resourceIdentity,
  resourceTypeProperties,
  resourceTypes,
} from "./property-tables.ts";
import { type ClusterView, drainStatuses, type GroupView } from "./view.ts";

/** Whoever has properties: what a definition has, built-in types, and what follows from it. */
export type Described = PropertyOwner | { readonly kind: "net-interface"; readonly name: string };
export const propertyScopes = ["common", "private"] as const;
export type PropertyScope = (typeof propertyScopes)[number];

/** A cluster as it is defined, and as it is. */
export type Known = { readonly definition: ClusterDefinition; readonly view: ClusterView };

/** One property of MSCS with its value: the one that was set, the one that follows from the state, or the default. */
export type PropertyView = {
  readonly type: "DWORD" | "SZ" | "MULTI_SZ";
  readonly value: PropertyValue | null;
  readonly isDefault: boolean;
  readonly default: PropertyValue | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly readOnly: boolean;
  /** Why it changes nothing, where it does not. */
  readonly note: string | null;
};

/** The rules of an object's properties; null where there is no such object. Only resources have private ones. */
export function rulesFor({ definition }: Known, of: Described, scope: PropertyScope): PropertyRules | null {
  if (!isThere(definition, of)) return null;
  if (scope === "private") {
    if (of.kind === "resource") return privateRules(driverTypeOf(definition, typeOf(definition, of)) ?? "") ?? {};
    return of.kind === "resource-type" ? (privateRules(driverTypeOf(definition, of.name) ?? "") ?? {}) : {};
  }
  switch (of.kind) {
    case "cluster":
      return clusterProperties;
    case "node":
      return nodeProperties;
    case "network":
      return networkProperties;
    case "net-interface":
      return netInterfaceProperties;
    case "group":
      return groupProperties;
    case "resource-type":
      return resourceTypeProperties;
    case "resource":
      return { ...commonResourceProperties, ...resourceIdentity };
  }
}

/** All properties of an object in one scope, by name; null where there is no such object. */
export function describeProperties(
  known: Known,
  of: Described,
  scope: PropertyScope,
): Readonly<Record<string, PropertyView>> | null {
  const rules = rulesFor(known, of, scope);
  if (rules === null) return null;
  const set = of.kind === "net-interface" ? {} : (propertiesOf(known.definition, of) ?? {});
  const derived = scope === "common" ? derivedValues(known, of) : {};
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => [name, viewOf(rule, lookup(derived, name) ?? valueIn(set, name, of))]),
  );
}

/** A type's private properties are those of its resources, which have no value there. */
function valueIn(set: Properties, name: string, of: Described): PropertyValue | undefined {
  return of.kind === "resource-type" && lookup(resourceTypeProperties, name) === undefined
    ? undefined
    : lookup(set, name);
}

function viewOf(rule: PropertyRule, value: PropertyValue | undefined): PropertyView {
  const bounds = rule.kind === "dword" ? { min: rule.min, max: rule.max } : { min: null, max: null };
  const types = { dword: "DWORD", text: "SZ", "multi-text": "MULTI_SZ" } as const;
  return {
    type: types[rule.kind],
    value: value ?? rule.default,
    isDefault: value === undefined,
    default: rule.default,
    ...bounds,
    readOnly: rule.readOnly === true,
    note: rule.note ?? null,
  };
}

/** What follows from the state and from other parts of the definition, whatever was set. */
function derivedValues(known: Known, of: Described): Properties {
  const { definition, view } = known;
  switch (of.kind) {
    case "cluster":
    case "resource-type":
      return {};
    case "node": {
      const node = lookup(view.nodes, of.name);
      const target = node?.drainTarget == null ? -1 : Object.keys(definition.nodes).indexOf(node.drainTarget);
      const status = node === undefined ? 0 : drainStatuses.indexOf(node.drain);
      return { NodeDrainStatus: status, ...(target < 0 ? {} : { NodeDrainTarget: target }) };
    }
    case "network": {
      const network = lookup(definition.networks, of.name);
      const range = parseNetwork(network?.cidr ?? "");
      const auto = lookup(network?.properties ?? {}, "Metric") === undefined ? 1 : 0;
      return {
        Role: networkRoles.indexOf(network?.role ?? "InternalAndClient"),
        Address: network?.cidr.split("/")[0] ?? "",
        PrefixLength: range?.prefix ?? 0,
        AutoMetric: auto,
      };
    }
    case "net-interface": {
      const found = netInterfacesOf(definition).find(({ name }) => name === of.name);
      return found === undefined
        ? {}
        : { Name: found.name, Node: found.node, Network: found.network, Address: found.address };
    }
    case "group":
      return groupValues(lookup(view.groups, of.name), view.maintenance);
    case "resource": {
      const resource = lookup(lookup(view.groups, of.group)?.resources ?? {}, of.name);
      return {
        Name: of.name,
        Type: typeOf(definition, of),
        PersistentState: resource?.wanted === "Online" ? 1 : 0,
        StatusInformation: resource?.problem == null ? 0 : resourceStatus.embeddedFailure,
      };
    }
  }
}

/** CLUSGRP_STATUS and CLUSRES_STATUS of clusapi.h, those that have a meaning here. */
const groupStatus = { waitingForMove: 0x4, waitingToStart: 0x10, embeddedFailure: 0x20, unmonitored: 0x100 } as const;
const resourceStatus = { embeddedFailure: 0x2 } as const;

function groupValues(group: GroupView | undefined, maintenance: boolean): Properties {
  if (group === undefined) return {};
  const failed = Object.values(group.resources).some(({ state }) => state === "Failed");
  const bits = [
    group.scheduled === null ? 0 : groupStatus.waitingForMove,
    group.waiting === null ? 0 : groupStatus.waitingToStart,
    failed ? groupStatus.embeddedFailure : 0,
    maintenance ? groupStatus.unmonitored : 0,
  ];
  return {
    PersistentState: group.wanted === "Online" ? 1 : 0,
    StatusInformation: bits.reduce((sum, bit) => sum + bit, 0),
  };
}

function isThere(definition: ClusterDefinition, of: Described): boolean {
  if (of.kind === "net-interface") return netInterfacesOf(definition).some(({ name }) => name === of.name);
  if (of.kind === "resource-type" && lookup(resourceTypes, of.name) !== undefined) return true;
  return propertiesOf(definition, of) !== undefined;
}

function typeOf({ groups }: ClusterDefinition, of: { readonly group: string; readonly name: string }): string {
  return lookup(lookup(groups, of.group)?.resources ?? {}, of.name)?.type ?? "";
}
