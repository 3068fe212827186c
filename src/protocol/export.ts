import * as z from "zod";
import {
  type ClusterDefinition,
  type GroupDefinition,
  type ResourceDefinition,
} from "../cluster/definition/definition.ts";
import { leasePresets, type LeaseTerms } from "../cluster/lease/lease.ts";

type Json = Readonly<Record<string, unknown>>;

export const exportSchema = z
  .looseObject({ cluster: z.string() })
  .meta({ id: "DefinitionExport", description: "What `PUT` takes, without what has its default" });

/**
 * A definition as people write it: what has its default is left out, a lease that is a preset has its name. Applied again, it
 * changes nothing; a file that was written like this comes back as it was.
 */
export function exportDefinition(definition: ClusterDefinition): Json {
  const { cluster, lease, timeZone, properties, networks, nodes, resourceTypes, groups } = definition;
  return {
    cluster,
    ...leaseOf(lease),
    ...unless(timeZone === "UTC", { timeZone }),
    ...filled({ properties }),
    ...filled({
      networks: mapValues(networks, ({ cidr, role, properties: of }) => ({
        cidr,
        ...unless(role === "InternalAndClient", { role }),
        ...filled({ properties: of }),
      })),
    }),
    ...filled({
      nodes: mapValues(nodes, ({ properties: of, ...node }) => ({ ...node, ...filled({ properties: of }) })),
    }),
    ...filled({
      resourceTypes: mapValues(resourceTypes, ({ properties: of, ...type }) => ({
        ...type,
        ...filled({ properties: of }),
      })),
    }),
    ...filled({ groups: mapValues(groups, groupOf) }),
  };
}

function groupOf(group: GroupDefinition): Json {
  const { preferredOwners, dependsOn, onControlPlaneLoss, properties, resources } = group;
  return {
    ...filled({ preferredOwners }),
    ...filled({ dependsOn }),
    ...unless(onControlPlaneLoss === "drop", { onControlPlaneLoss }),
    ...filled({ properties }),
    ...filled({ resources: mapValues(resources, resourceOf) }),
  };
}

function resourceOf({ type, dependsOn, possibleOwners, properties }: ResourceDefinition): Json {
  return { type, ...filled({ dependsOn }), ...filled({ possibleOwners }), ...filled({ properties }) };
}

/** The preset `wan` is the default. */
function leaseOf(lease: LeaseTerms): Json {
  const is = ({ ttlMs, renewMs }: LeaseTerms): boolean => ttlMs === lease.ttlMs && renewMs === lease.renewMs;
  if (is(leasePresets.wan)) return {};
  return { lease: is(leasePresets.lan) ? "lan" : lease };
}

function filled(entry: Readonly<Record<string, object>>): Json {
  return unless(
    Object.values(entry).every((value) => Object.keys(value).length === 0),
    entry,
  );
}

function unless(isDefault: boolean, entry: Json): Json {
  return isDefault ? {} : entry;
}

function mapValues<T>(record: Readonly<Record<string, T>>, map: (value: T) => Json): Json {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
