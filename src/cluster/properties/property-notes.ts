import { type ClusterDefinition, lookup, type Properties } from "../definition/definition.ts";
import type { Difference } from "../definition/difference.ts";
import {
  clusterProperties,
  driverTypeOf,
  groupProperties,
  networkProperties,
  nodeProperties,
  resourceTypeProperties,
  rulesOfType,
} from "./property-tables.ts";
import type { PropertyRules } from "./properties.ts";
import { type Path, pointer } from "../definition/validate-properties.ts";

/** A property that is taken and kept, and changes nothing here. `path`: its place in the definition (RFC 6901). */
export type PropertyNote = { readonly path: string; readonly property: string; readonly sentence: string };

/** Everything that a definition sets without effect, in its order, with the reason for each. */
export function propertyNotes(definition: ClusterDefinition): PropertyNote[] {
  const { properties, nodes, networks, resourceTypes, groups } = definition;
  const of = (rules: PropertyRules, owners: Readonly<Record<string, { readonly properties: Properties }>>, at: Path) =>
    Object.entries(owners).flatMap(([name, owner]) => notesOf(rules, owner.properties, [...at, name, "properties"]));
  const ofResources = Object.entries(groups).flatMap(([group, { resources }]) =>
    Object.entries(resources).flatMap(([name, resource]) => {
      const rules = rulesOfType(driverTypeOf(definition, resource.type) ?? "") ?? {};
      return notesOf(rules, resource.properties, ["groups", group, "resources", name, "properties"]);
    }),
  );
  return [
    ...notesOf(clusterProperties, properties, ["properties"]),
    ...of(networkProperties, networks, ["networks"]),
    ...of(nodeProperties, nodes, ["nodes"]),
    ...of(resourceTypeProperties, resourceTypes, ["resourceTypes"]),
    ...of(groupProperties, groups, ["groups"]),
    ...ofResources,
  ];
}

/**
 * Of these, what a change has set. Both may be many thousands, and this is asked within the object's turn: each note is looked up
 * by its place and by those around it, and the differences are gone through once.
 */
export function notesOnChange(definition: ClusterDefinition, differences: readonly Difference[]): PropertyNote[] {
  const set = new Set(differences.flatMap((difference) => ("after" in difference ? [difference.path] : [])));
  if (set.size === 0) return [];
  return propertyNotes(definition).filter(({ path }) => isWithin(set, path));
}

/** Whether a place, or one that it lies in, is among these. */
function isWithin(places: ReadonlySet<string>, path: string): boolean {
  for (let place = path; place !== ""; place = place.slice(0, place.lastIndexOf("/"))) {
    if (places.has(place)) return true;
  }
  return places.has("");
}

function notesOf(rules: PropertyRules, properties: Properties, at: Path): PropertyNote[] {
  return Object.keys(properties).flatMap((property) => {
    const note = lookup(rules, property)?.note;
    if (note === undefined) return [];
    return [{ path: pointer([...at, property]), property, sentence: `${property} changes nothing here: ${note}.` }];
  });
}
