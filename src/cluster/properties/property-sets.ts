import { type ClusterDefinition, lookup, type PropertyValue } from "../definition/definition.ts";
import type { PropertyOwner } from "../definition/edit.ts";
import { propertiesOf } from "../definition/edit-properties.ts";
import { netInterfacesOf } from "../definition/net-interfaces.ts";
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
import { readOnlyProperties } from "./read-only-properties.ts";
import type { ClusterView } from "../questions/view.ts";

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

/** Which of them: those that can be set, or those that can be read only. */
export const propertyAccesses = ["read-only", "read-write"] as const;
export type PropertyAccess = (typeof propertyAccesses)[number];

/** The rules of an object's properties; null where there is no such object. Only resources have private ones. */
export function rulesFor({ definition }: Known, of: Described, scope: PropertyScope): PropertyRules | null {
  if (!isThere(definition, of)) return null;
  if (scope === "private")
    return of.kind === "resource" ? resourceRules(definition, typeOf(definition, of), scope) : {};
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
      return withWantedState(groupProperties);
    case "resource-type":
      return isBuiltIn(of.name) ? mapRules(resourceTypeProperties, asBuiltIn) : resourceTypeProperties;
    case "resource":
      return resourceRules(definition, typeOf(definition, of), scope);
  }
}

function resourceRules(definition: ClusterDefinition, type: string, scope: PropertyScope): PropertyRules {
  if (scope === "private") return privateRules(driverTypeOf(definition, type) ?? "") ?? {};
  return { ...withWantedState(commonResourceProperties), ...resourceIdentity };
}

/**
 * MSCS keeps in PersistentState what a group or a resource was last told to be, and looks at it when a node starts. Here that is
 * what agents are told from moment to moment, so to set it would be to bring something online by another name.
 */
function withWantedState(rules: PropertyRules): PropertyRules {
  const note = "it is what it was last told to be: …/online and …/offline tell it; a definition says what it begins as";
  return mapRules(rules, (rule, name) => (name === "PersistentState" ? { ...rule, readOnly: true, note } : rule));
}

function asBuiltIn(rule: PropertyRule): PropertyRule {
  return { ...rule, readOnly: true, note: "a built-in type stays as it is; base one of your own on it" };
}

function mapRules(rules: PropertyRules, map: (rule: PropertyRule, name: string) => PropertyRule): PropertyRules {
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, map(rule, name)]));
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
  // A private property may have the name of a common one: that of a Network Name is called Name.
  const derived = scope === "common" ? readOnlyProperties(known, of) : {};
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => [name, viewOf(rule, lookup(derived, name), lookup(set, name))]),
  );
}

/** The properties that a resource of a type has before anything is set (…_RESOURCE_PROPERTY_FMTS). */
export function resourceProperties(
  { definition }: Pick<Known, "definition">,
  type: string,
  scope: PropertyScope,
): Readonly<Record<string, PropertyView>> {
  const rules = Object.entries(resourceRules(definition, type, scope));
  return Object.fromEntries(rules.map(([name, rule]) => [name, viewOf(rule, undefined, undefined)]));
}

/** What follows from the state is a default where it is one; what was set is none, be it the same. */
function viewOf(rule: PropertyRule, derived: PropertyValue | undefined, set: PropertyValue | undefined): PropertyView {
  const value = derived ?? set;
  const bounds = rule.kind === "dword" ? { min: rule.min, max: rule.max } : { min: null, max: null };
  const types = { dword: "DWORD", text: "SZ", "multi-text": "MULTI_SZ" } as const;
  return {
    type: types[rule.kind],
    value: value ?? rule.default,
    isDefault: derived === undefined ? set === undefined : derived === rule.default,
    default: rule.default,
    ...bounds,
    readOnly: rule.readOnly === true,
    note: rule.note ?? null,
  };
}

/** Whether there is such an object: one of the definition, a built-in type, or what follows from it. */
export function isThere(definition: ClusterDefinition, of: Described): boolean {
  if (of.kind === "net-interface") return netInterfacesOf(definition).some(({ name }) => name === of.name);
  if (of.kind === "resource-type" && isBuiltIn(of.name)) return true;
  return propertiesOf(definition, of) !== undefined;
}

function isBuiltIn(type: string): boolean {
  return lookup(resourceTypes, type) !== undefined;
}

function typeOf({ groups }: ClusterDefinition, of: { readonly group: string; readonly name: string }): string {
  return lookup(lookup(groups, of.group)?.resources ?? {}, of.name)?.type ?? "";
}
