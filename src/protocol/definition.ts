import * as z from "zod";
import { type ClusterDefinition, networkRoles } from "../cluster/definition.ts";
import type { Problem } from "../cluster/events.ts";
import { leasePresets, type LeaseTerms } from "../cluster/lease.ts";
import { limits } from "../cluster/limits.ts";
import { validateDefinition } from "../cluster/validate.ts";
import { protocolLimits } from "./limits.ts";
import { nameSchema, named } from "./names.ts";
import { parse } from "./shape.ts";

const text = z.string().max(limits.propertyLength);

/** MSCS has DWORDs and strings; people write `true` for 1. */
const propertyValueSchema = z
  .union([text, z.number(), z.boolean()])
  .transform((value) => (typeof value === "boolean" ? Number(value) : value));

const propertiesSchema = z.record(text, propertyValueSchema).default({});

/** A preset by its name, or terms of one's own. Their ranges are the brain's to judge. */
export const leaseSchema = z
  .union([z.enum(["lan", "wan"]), z.strictObject({ ttlMs: z.int(), renewMs: z.int() })])
  .default("wan")
  .describe("A preset by its name, or terms of one's own; wan if it is left out")
  .transform((lease): LeaseTerms => (typeof lease === "string" ? leasePresets[lease] : lease));

const networkSchema = z
  .strictObject({ cidr: text, role: z.enum(networkRoles).default("InternalAndClient") })
  .meta({ id: "NetworkDefinition" });

const nodeSchema = z.strictObject({ address: text }).meta({ id: "NodeDefinition" });

const resourceSchema = z
  .strictObject({
    type: text,
    dependsOn: z.array(nameSchema).max(limits.resourcesPerGroup).default([]),
    possibleOwners: z.array(nameSchema).max(limits.nodes).default([]),
    properties: propertiesSchema,
  })
  .meta({ id: "ResourceDefinition" });

const groupSchema = z
  .strictObject({
    preferredOwners: z.array(nameSchema).max(limits.nodes).default([]),
    properties: propertiesSchema,
    resources: named(resourceSchema).default({}),
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
    networks: named(networkSchema).default({}),
    nodes: named(nodeSchema).default({}),
    groups: named(groupSchema).default({}),
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
