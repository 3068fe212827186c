import * as z from "zod";
import { type ClusterDefinition, networkRoles, outagePolicies } from "../cluster/definition/definition.ts";
import type { Dependency } from "../cluster/definition/dependencies.ts";
import { parseExpression } from "../cluster/definition/dependency-expression.ts";
import type { Problem } from "../cluster/events.ts";
import { leasePresets, type LeaseTerms, renewLimitsMs, ttlLimitsMs } from "../cluster/lease/lease.ts";
import { limits } from "../cluster/limits.ts";
import { validateDefinition } from "../cluster/definition/validate.ts";
import { protocolLimits } from "./limits.ts";
import { nameSchema, named } from "./names.ts";
import { parse } from "./shape.ts";

const text = z.string().max(limits.propertyLength);

/** MSCS has DWORDs, strings and lists of strings; people write `true` for 1. */
export const propertyValueSchema = z
  .union([text, z.number(), z.boolean(), z.array(text).max(limits.propertyTexts)])
  .transform((value) => (typeof value === "boolean" ? Number(value) : value));

export const propertiesSchema = z.record(text, propertyValueSchema).default({}).describe("Properties of MSCS, by name");

/** A preset by its name, or terms of one's own. Their ranges are the brain's to judge. */
export const leaseSchema = z
  .union([z.enum(["lan", "wan"]), z.strictObject({ ttlMs: z.int(), renewMs: z.int() })])
  .default("wan")
  .describe(
    `A preset by its name, or terms of one's own: ttlMs of ${ttlLimitsMs.min} to ${ttlLimitsMs.max}, renewMs of ${renewLimitsMs.min} to a quarter of that, ${renewLimitsMs.max} at most`,
  )
  .transform((lease): LeaseTerms => (typeof lease === "string" ? leasePresets[lease] : lease));

export const networkSchema = z
  .strictObject({
    cidr: text.describe("The network and its prefix; an IP Address that names this network lies in it"),
    role: z
      .enum(networkRoles)
      .default("InternalAndClient")
      .describe("CLUSTER_NETWORK_ROLE: what it is for; it is shown, and changes nothing here"),
    properties: propertiesSchema,
  })
  .meta({ id: "NetworkDefinition" });

export const nodeSchema = z
  .strictObject({ address: text.describe("The host's own address, IPv4 or IPv6"), properties: propertiesSchema })
  .meta({ id: "NodeDefinition" });

export const resourceTypeSchema = z
  .strictObject({
    basedOn: text.describe("The built-in type whose driver serves it"),
    properties: propertiesSchema,
  })
  .meta({ id: "ResourceTypeDefinition" });

/** What a resource stands on: names, all of which it needs; a list within it names those of which one is enough. */
export const dependencyListSchema = z
  .array(z.union([nameSchema, z.array(nameSchema).min(2).max(limits.resourcesPerGroup)]))
  .max(limits.resourcesPerGroup);

/** The same as a list or as an expression: `([IP A] or [IP B]) and [Disk]`. */
export const dependsOnSchema = z.union([
  dependencyListSchema,
  z
    .string()
    .max(limits.expressionLength)
    .transform((expression, context): Dependency[] => {
      const parsed = parseExpression(expression);
      if (parsed.ok) return [...parsed.dependsOn];
      context.addIssue({
        code: "custom",
        params: { code: "dependency-expression" },
        message: `at character ${parsed.at + 1}: ${parsed.sentence}`,
      });
      return z.NEVER;
    }),
]);

export const ownersSchema = z.array(nameSchema).max(limits.nodes);

export const resourceSchema = z
  .strictObject({
    type: text.describe("A built-in type, or one of `resourceTypes`"),
    dependsOn: dependsOnSchema
      .default([])
      .describe(
        "Resources of the group that it stands on, as a list or as an expression: `([IP A] or [IP B]) and [Disk]`",
      ),
    possibleOwners: ownersSchema
      .default([])
      .describe(
        "Nodes that may own it; all of them if it is left out, and a group needs a node that may own all of its resources",
      ),
    properties: propertiesSchema,
  })
  .meta({ id: "ResourceDefinition" });

export const groupDependenciesSchema = z.array(nameSchema).max(limits.groups);

export const groupSchema = z
  .strictObject({
    preferredOwners: ownersSchema
      .default([])
      .describe("Nodes in the order in which they shall own it; the others come after"),
    dependsOn: groupDependenciesSchema.default([]).describe("Groups that have to be online before it"),
    onControlPlaneLoss: z
      .enum(outagePolicies)
      .default("drop")
      .describe("What its owner does at the end of the lease when the control plane does not answer"),
    properties: propertiesSchema,
    resources: named(resourceSchema).default({}).describe("Its resources, by name"),
  })
  .meta({ id: "GroupDefinition" });

/** Two nodes and one virtual server: the least that can fail over. */
const example = {
  cluster: "exchange",
  lease: "lan",
  networks: { client: { cidr: "127.0.1.0/24" } },
  nodes: { NODE1: { address: "127.0.1.1" }, NODE2: { address: "127.0.1.2" } },
  groups: {
    Exchange: {
      resources: {
        "Exchange IP": {
          type: "IP Address",
          properties: { Address: "127.0.1.100", SubnetMask: "255.255.255.0", Network: "client" },
        },
        "Exchange Name": { type: "Network Name", dependsOn: ["Exchange IP"], properties: { Name: "EXCHVS" } },
      },
    },
  },
} as const;

/** A cluster definition as people write it: what may be left out has its default, and nothing may be added. */
export const definitionSchema = z
  .strictObject({
    cluster: nameSchema,
    lease: leaseSchema,
    timeZone: text
      .default("UTC")
      .describe("In which hours of the day are meant (IANA), such as those of a failback window"),
    properties: propertiesSchema,
    networks: named(networkSchema).default({}).describe("Its networks, by name"),
    nodes: named(nodeSchema).default({}).describe("Its nodes, by name; their order counts where no other is said"),
    resourceTypes: named(resourceTypeSchema).default({}).describe("Resource types of its own, by name"),
    groups: named(groupSchema).default({}).describe("Its groups, by name"),
  })
  .meta({ id: "Definition", examples: [example] }) satisfies z.ZodType<ClusterDefinition>;

/** What `definitionSchema` takes. */
export type DefinitionDocument = z.input<typeof definitionSchema>;

/**
 * Reads a definition: its shape first, then what it means. Either it may be applied as it is, or every problem is named
 * with its JSON Pointer.
 */
export function parseDefinition(
  document: unknown,
):
  | { readonly ok: true; readonly definition: ClusterDefinition }
  | { readonly ok: false; readonly problems: readonly Problem[] } {
  const parsed = parse(definitionSchema, document);
  if (!parsed.ok) return parsed;
  const problems = validateDefinition(parsed.value);
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, protocolLimits.problemsNamed) };
  return { ok: true, definition: parsed.value };
}
