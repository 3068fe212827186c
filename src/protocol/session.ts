import * as z from "zod";
import type { CloseReason } from "../cluster/events.ts";
import type { Generation, Revision } from "../cluster/lease/generation.ts";
import { ttlLimitsMs } from "../cluster/lease/lease.ts";
import { limits } from "../cluster/limits.ts";
import {
  type AgentMessage,
  type Agreeing,
  type Answer,
  type AssignedResource,
  type Assignment,
  type AssignmentChanged,
  associationStates,
  type Claim,
  type Hello,
  type Holding,
  type HoldRef,
  type ObjectMessage,
  type Peer,
  type PeerPlace,
  type Renewal,
  type Report,
  resourceStates,
  type Silence,
  type Standing,
  type Welcome,
} from "../cluster/messages.ts";
import { protocolLimits } from "./limits.ts";
import { nameSchema } from "./names.ts";
import { sessionProtocol, type SessionProtocol } from "./session-version.ts";
import { parse } from "./shape.ts";

/** The subprotocol that both sides name in the upgrade of a watch. That of a session names its version (`session-version.ts`). */
export const subprotocol = "bridgehead";

// --- the pieces -----------------------------------------------------------------------------------------------------

const count = z.int().nonnegative();
const durationMs = z.number().nonnegative();
const code = z.string().max(protocolLimits.codeLength);
const sentence = z.string().max(protocolLimits.reasonLength);
const host = z.string().max(protocolLimits.hostLength);

/** A random name, new at each start of an agent. */
export const incarnationSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

export const holdRefSchema = z
  .strictObject({ group: nameSchema, epoch: count })
  .meta({ id: "HoldRef" }) satisfies z.ZodType<HoldRef>;
const holds = z.array(holdRefSchema).max(limits.releasedNamed);

const holdingSchema = z.strictObject({
  ...holdRefSchema.shape,
  addresses: z.array(host).max(2 * limits.addressesHeld),
}) satisfies z.ZodType<Holding>;

const generationSchema = z.strictObject({
  number: count,
  nonce: z.string().max(protocolLimits.codeLength),
}) satisfies z.ZodType<Generation>;
const revisionSchema = z.strictObject({ generation: count, n: count }) satisfies z.ZodType<Revision>;

const leaseTermsSchema = z.strictObject({ ttlMs: durationMs, renewMs: durationMs });
const propertyValue = z.union([z.string(), z.number(), z.array(z.string())]);
const dependency = z.union([nameSchema, z.array(nameSchema)]);

const peerPlaceSchema = z.strictObject({
  key: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  address: host,
}) satisfies z.ZodType<PeerPlace>;
const peerSchema = z.strictObject({ node: nameSchema, ...peerPlaceSchema.shape }) satisfies z.ZodType<Peer>;

const agreeingSchema = z.strictObject({
  nodes: z.array(nameSchema).max(limits.nodes),
  holds,
}) satisfies z.ZodType<Agreeing>;

const silenceSchema = z.strictObject({
  subject: z.string().max(2 * limits.nameLength),
  generation: generationSchema,
  k: count,
  ttlMs: durationMs,
}) satisfies z.ZodType<Silence>;

const claimSchema = z.strictObject({
  silence: silenceSchema,
  countedMs: durationMs,
  since: count,
}) satisfies z.ZodType<Claim>;

const reportedResourceSchema = z.strictObject({
  state: z.enum(resourceStates),
  attempt: count,
  outdated: z.literal(true).exactOptional(),
  fails: count.exactOptional(),
  restarts: count.exactOptional(),
  checkpoint: count.exactOptional(),
  problem: z.strictObject({ code, message: sentence }).exactOptional(),
});

const reportedAssociationSchema = z.strictObject({
  n: count,
  group: nameSchema,
  partner: host,
  direction: z.enum(["outbound", "inbound"]),
  state: z.enum(associationStates),
  localAddress: host.nullable(),
  remoteAddress: host.nullable(),
  reason: sentence.nullable(),
});

const reportSchema = z.strictObject({
  revision: revisionSchema.nullable(),
  holds: z
    .array(z.strictObject({ ...holdRefSchema.shape, resources: z.record(nameSchema, reportedResourceSchema) }))
    .max(limits.releasedNamed),
  associations: z.array(reportedAssociationSchema).max(limits.associationsReported),
  notices: z.array(z.strictObject({ n: count, at: z.number(), code, message: sentence })).max(limits.noticesReported),
}) satisfies z.ZodType<Report>;

const standingSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("Up") }),
  z.strictObject({
    kind: z.literal("Joining"),
    reason: z.enum(["another-run-is-connected", "an-earlier-run-still-owns"]),
    predecessor: z.string(),
  }),
]) satisfies z.ZodType<Standing>;

export const assignedResourceSchema = z.strictObject({
  type: z.string(),
  dependsOn: z.array(dependency),
  properties: z.record(z.string(), propertyValue),
  wanted: z.enum(["Online", "Offline"]),
  attempt: count,
  fails: count,
  restarts: count,
}) satisfies z.ZodType<AssignedResource>;

const assignmentSchema = z.strictObject({
  revision: revisionSchema,
  lease: leaseTermsSchema,
  groups: z.array(
    z.strictObject({
      ...holdRefSchema.shape,
      wanted: z.enum(["Online", "Offline"]),
      observe: z.boolean(),
      unfenced: z.array(nameSchema),
      peers: z.array(peerSchema).max(limits.nodes).default([]),
      heldBefore: z.record(z.string(), z.enum(["unused", "expired"])),
      resources: z.record(nameSchema, assignedResourceSchema),
    }),
  ),
  mayCome: z.array(host),
  vouchesFor: z.array(z.strictObject({ ...holdRefSchema.shape, ...peerSchema.shape })).default([]),
}) satisfies z.ZodType<Assignment>;

// --- what an agent says ---------------------------------------------------------------------------------------------

const helloSchema = z.strictObject({
  type: z.literal("hello"),
  protocol: z.literal(1),
  incarnation: incarnationSchema,
  machine: z.string().min(1).max(64).nullable(),
  connection: count,
  seen: z.strictObject({
    generation: generationSchema.nullable(),
    revision: revisionSchema.nullable(),
    epochs: z.record(nameSchema, count),
  }),
  released: holds,
  holding: z.array(holdingSchema).max(limits.releasedNamed),
  told: z.strictObject({ associations: count, notices: count }),
  peer: z
    .strictObject({ ...peerPlaceSchema.shape, proof: z.string().regex(/^[A-Za-z0-9_-]{86}$/) })
    .nullable()
    .default(null),
}) satisfies z.ZodType<Hello>;

const ttlHeldMs = z.number().nonnegative().max(ttlLimitsMs.max);

const renewalSchema = z.strictObject({
  type: z.literal("renewal"),
  n: count,
  lastAnswer: count,
  ttlHeldMs,
  generation: count,
  revision: revisionSchema.nullable(),
  generationAgeMs: durationMs.nullable(),
  intact: holds,
  released: holds,
  claims: z.array(claimSchema).max(protocolLimits.claims),
  agreeing: z.array(agreeingSchema).max(limits.groups).default([]),
  leaving: z.boolean(),
  report: reportSchema.nullable(),
}) satisfies z.ZodType<Renewal>;

/** By the version of the session (`session-version.ts`). What the first one leaves out of a renewal is never taken for nothing (GR13). */
export const agentMessageSchemas = {
  1: z.discriminatedUnion("type", [
    helloSchema,
    renewalSchema.extend({ ttlHeldMs: ttlHeldMs.nullable().default(null) }),
  ]),
  2: z.discriminatedUnion("type", [helloSchema, renewalSchema]),
} satisfies Record<SessionProtocol, z.ZodType<AgentMessage>>;
export const agentMessageSchema = agentMessageSchemas[sessionProtocol];

// --- what the object says -------------------------------------------------------------------------------------------

const welcomeSchema = z.strictObject({
  type: z.literal("welcome"),
  generation: generationSchema,
  connection: count,
  standing: standingSchema,
  assignment: assignmentSchema,
}) satisfies z.ZodType<Welcome>;

const answerSchema = z.strictObject({
  type: z.literal("answer"),
  n: count,
  to: count,
  generation: generationSchema,
  standing: standingSchema,
  outcome: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("grant"), holds: z.array(holdRefSchema), ttlMs: durationMs }),
    z.strictObject({ kind: z.literal("refusal"), code: z.enum(["deaf", "joining"]) }),
  ]),
  silences: z.array(silenceSchema),
  ownerRenewedMs: durationMs.nullable(),
  assignment: assignmentSchema.nullable(),
}) satisfies z.ZodType<Answer>;

const assignmentChangedSchema = z.strictObject({
  type: z.literal("assignment"),
  generation: generationSchema,
  assignment: assignmentSchema,
}) satisfies z.ZodType<AssignmentChanged>;

export const objectMessageSchema = z.discriminatedUnion("type", [
  welcomeSchema,
  answerSchema,
  assignmentChangedSchema,
]) satisfies z.ZodType<ObjectMessage>;

// --- frames ---------------------------------------------------------------------------------------------------------

/** A text frame as it came, read. What it held is in no case repeated. */
export type Decoded<T> = { readonly ok: true; readonly message: T } | { readonly ok: false; readonly code: FrameFault };
export type FrameFault = "too-large" | "not-json" | "malformed";

/** @param protocol the version of the session that it came over */
export function decodeAgentMessage(frame: string, protocol: SessionProtocol = sessionProtocol): Decoded<AgentMessage> {
  return utf8Length(frame) > protocolLimits.frameBytes
    ? { ok: false, code: "too-large" }
    : decode(agentMessageSchemas[protocol], frame);
}

/** An assignment holds every group of its node, so what the object says has no bound but the definition's own. */
export function decodeObjectMessage(frame: string): Decoded<ObjectMessage> {
  return decode(objectMessageSchema, frame);
}

/**
 * What has to do with words between agents is left out while it says nothing, and read as nothing where it is left out: a version that
 * has never heard of them refuses a frame with a key that it does not know (PW11).
 */
export function encode(message: AgentMessage | ObjectMessage): string {
  return JSON.stringify(withoutEmptyWords(message));
}

function withoutEmptyWords(message: AgentMessage | ObjectMessage): object {
  switch (message.type) {
    case "hello": {
      const { peer, ...rest } = message;
      return peer === null ? rest : message;
    }
    case "renewal": {
      const { agreeing, ...rest } = message;
      return agreeing.length === 0 ? rest : message;
    }
    case "answer":
    case "welcome":
    case "assignment": {
      const { assignment } = message;
      return assignment === null ? message : { ...message, assignment: assignmentWithoutEmptyWords(assignment) };
    }
  }
}

function assignmentWithoutEmptyWords({ groups, vouchesFor, ...rest }: Assignment): object {
  const said = groups.map(({ peers, ...group }) => (peers.length === 0 ? group : { ...group, peers }));
  return { ...rest, groups: said, ...(vouchesFor.length === 0 ? {} : { vouchesFor }) };
}

function decode<T>(schema: z.ZodType<T>, frame: string): Decoded<T> {
  let document: unknown;
  try {
    document = JSON.parse(frame);
  } catch {
    return { ok: false, code: "not-json" };
  }
  const parsed = parse(schema, document);
  return parsed.ok ? { ok: true, message: parsed.value } : { ok: false, code: "malformed" };
}

function utf8Length(text: string): number {
  if (text.length * 3 <= protocolLimits.frameBytes) return text.length;
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

// --- ends -----------------------------------------------------------------------------------------------------------

export type SessionEnd = CloseReason | FrameFault | "restarting" | "token-revoked" | "internal";

/**
 * With which code a session's connection is closed (RFC 6455 section 7.4); the reason is the word itself. After each the
 * agent connects again, at once after `restarting`; after `token-revoked` it will be refused.
 */
export const closeCodes: Readonly<Record<SessionEnd, number>> = {
  /** The object has started anew and has forgotten the connection: both sides exchange the whole. */
  restarting: 1012,
  /** A fault on this side: its log says more. */
  internal: 1011,
  "not-json": 1007,
  malformed: 1008,
  "too-large": 1009,
  replaced: 4001,
  "out-of-turn": 4002,
  "unknown-node": 4003,
  "too-many-runs": 4004,
  "token-revoked": 4005,
};
