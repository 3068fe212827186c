import { describe, expect, test } from "vitest";
import type * as z from "zod";
import { limits } from "../../src/cluster/limits.ts";
import { dependsOnSchema, ownersSchema, parseDefinition, propertyValueSchema } from "../../src/protocol/definition.ts";
import { enumQuerySchema } from "../../src/protocol/enumeration.ts";
import { failoversQuerySchema } from "../../src/protocol/failovers.ts";
import { eventsQuerySchema } from "../../src/protocol/journal.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { nameSchema } from "../../src/protocol/names.ts";
import { nextQuerySchema, notifyPortRequestSchema, registrationSchema } from "../../src/protocol/notify.ts";
import { waitQuerySchema } from "../../src/protocol/operation.ts";
import { registryDataSchema, registryKeySchema, registryValueNameSchema } from "../../src/protocol/registry.ts";
import { parse } from "../../src/protocol/shape.ts";
import { observationSchema, sourceAddressQuerySchema } from "../../src/protocol/virtual-servers.ts";
import { webhookRequestSchema } from "../../src/protocol/webhooks.ts";

const text = (length: number): string => "x".repeat(length);
const observation = { group: "G", direction: "inbound", state: "refused" };
const registration = { object: "group", changes: ["CLUSTER_CHANGE_GROUP_STATE"] };
const hook = { url: "https://hooks.test/" };

type Bound = readonly [what: string, most: number, schema: z.ZodType, of: (size: number) => unknown];

const bounds: readonly Bound[] = [
  ["characters of a name", limits.nameLength, nameSchema, text],
  ["characters of a property", limits.propertyLength, propertyValueSchema, text],
  ["texts of a property", limits.propertyTexts, propertyValueSchema, (size) => Array(size).fill("x")],
  ["characters of an expression", limits.expressionLength, dependsOnSchema, (size) => `[A]${" ".repeat(size - 3)}`],
  ["owners", limits.nodes, ownersSchema, (size) => Array.from({ length: size }, (_, n) => `N${n}`)],
  ["entries of a page", protocolLimits.eventsPage, eventsQuerySchema, (size) => ({ limit: String(size) })],
  ["failovers of a page", protocolLimits.failoversPage, failoversQuerySchema, (size) => ({ limit: String(size) })],
  ["objects of a page", protocolLimits.enumPage, enumQuerySchema, (size) => ({ limit: String(size) })],
  ["time of a wait", protocolLimits.waitMs, waitQuerySchema, (size) => ({ waitMs: String(size) })],
  ["time of a port's wait", protocolLimits.waitMs, nextQuerySchema, (size) => ({ timeoutMs: String(size) })],
  [
    "characters of a host",
    protocolLimits.hostLength,
    observationSchema,
    (n) => ({ ...observation, localAddress: text(n) }),
  ],
  [
    "characters of a reason",
    protocolLimits.reasonLength,
    observationSchema,
    (n) => ({ ...observation, reason: text(n) }),
  ],
  [
    "characters of a code",
    protocolLimits.codeLength,
    sourceAddressQuerySchema,
    (n) => ({ node: "N", protocol: text(n) }),
  ],
  [
    "registrations of a port",
    protocolLimits.notifyRegistrations,
    notifyPortRequestSchema,
    (size) => ({ registrations: Array(size).fill(registration) }),
  ],
  [
    "characters of an object's name",
    protocolLimits.registryKeyLength,
    registrationSchema,
    (size) => ({ ...registration, name: text(size) }),
  ],
  [
    "names of a registry key",
    protocolLimits.registryDepth,
    registryKeySchema,
    (size) => Array(size).fill("k").join("/"),
  ],
  [
    "characters of a registry key",
    protocolLimits.registryKeyLength,
    registryKeySchema,
    (size) => `${Array(4).fill(text(240)).join("/")}/${text(size - 4 * 241)}`,
  ],
  ["characters of a part of a key", protocolLimits.registryNameLength, registryKeySchema, text],
  ["characters of a value's name", protocolLimits.registryNameLength, registryValueNameSchema, text],
  [
    "bytes of a registry value",
    protocolLimits.registryValueBytes,
    registryDataSchema,
    (size) => ({ type: "REG_BINARY", value: Buffer.alloc(size).toString("base64") }),
  ],
  [
    "characters of where a webhook leads",
    protocolLimits.webhookUrlLength,
    webhookRequestSchema,
    (size) => ({ url: hook.url + text(size - hook.url.length) }),
  ],
  [
    "characters of what is said of a webhook",
    protocolLimits.webhookDescriptionLength,
    webhookRequestSchema,
    (size) => ({ ...hook, description: text(size) }),
  ],
];

describe("SE1: what comes in is bounded", () => {
  test.each(bounds)("SE1: %s: %i, and not one more", (_, most, schema, of) => {
    expect(parse(schema, of(most))).toMatchObject({ ok: true });
    expect(parse(schema, of(most + 1))).toMatchObject({ ok: false });
  });

  test("SE1: a page has its default size where none is asked for", () => {
    expect(eventsQuerySchema.parse({}).limit).toBe(protocolLimits.eventsPageDefault);
    expect(enumQuerySchema.parse({}).limit).toBe(protocolLimits.enumPageDefault);
    expect(failoversQuerySchema.parse({}).limit).toBe(protocolLimits.failoversPage);
  });

  test("SE1: a document is as deep as the limit says, and no deeper", () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    const codes = (document: unknown): string[] => {
      const parsed = parse(propertyValueSchema, document);
      return parsed.ok ? [] : parsed.problems.map(({ code }) => code);
    };
    expect(codes(nested(protocolLimits.depth + 1))).toEqual(["too-deep"]);
    expect(codes(nested(protocolLimits.depth))).not.toContain("too-deep");
  });

  test("SE1: of what is wrong no more is named than the limit says", () => {
    const nodes = Object.fromEntries(Array.from({ length: 2 * protocolLimits.problemsNamed }, (_, n) => [`N${n}`, {}]));
    const parsed = parseDefinition({ cluster: "c", nodes });
    expect(parsed.ok ? [] : parsed.problems).toHaveLength(protocolLimits.problemsNamed);
  });
});
