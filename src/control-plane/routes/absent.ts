import { type ClusterDefinition, lookup } from "../../cluster/definition/definition.ts";
import { netInterfacesOf } from "../../cluster/definition/net-interfaces.ts";
import type { Described } from "../../cluster/properties/property-sets.ts";
import { resourceTypes } from "../../cluster/properties/property-tables.ts";
import { butForCase } from "../../cluster/refusals.ts";
import type { Snapshot } from "../cluster-object.ts";
import { refuse } from "../respond.ts";
import type { DescribedKind } from "./described.ts";

/** What is said of an object that is not there, and of one whose name differs in nothing but case. */
export function thereIsNo(definition: ClusterDefinition, of: Described): string {
  if (of.kind === "cluster") return "there is no such cluster";
  const group = of.kind === "resource" ? lookup(definition.groups, of.group) : undefined;
  if (of.kind === "resource" && group === undefined) return thereIsNo(definition, { kind: "group", name: of.group });
  const where = of.kind === "resource" ? ` in group ${of.group}` : "";
  return `there is no ${words[of.kind]} ${of.name}${where}${butForCase(namesOf(definition, of), of.name)}`;
}

/** The refusal of an object of a kind that a path names. */
export function absent(
  { definition }: Snapshot,
  { notFound }: Pick<DescribedKind, "notFound">,
  of: Described,
): Response {
  return refuse(notFound, thereIsNo(definition, of));
}

type Named = Exclude<Described, { readonly kind: "cluster" }>;

const words: Readonly<Record<Named["kind"], string>> = {
  node: "node",
  network: "network",
  "net-interface": "interface",
  group: "group",
  resource: "resource",
  "resource-type": "resource type",
};

function namesOf(definition: ClusterDefinition, of: Named): string[] {
  switch (of.kind) {
    case "node":
      return Object.keys(definition.nodes);
    case "network":
      return Object.keys(definition.networks);
    case "net-interface":
      return netInterfacesOf(definition).map(({ name }) => name);
    case "group":
      return Object.keys(definition.groups);
    case "resource":
      return Object.keys(lookup(definition.groups, of.group)?.resources ?? {});
    case "resource-type":
      return [...Object.keys(resourceTypes), ...Object.keys(definition.resourceTypes)];
  }
}
