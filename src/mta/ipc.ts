import { z } from "zod";

/**
 * What the agent and an MTA process say to each other over the IPC channel of `fork`. Each side parses what it receives;
 * a message that does not parse is ignored by the child and is the end of the child for the parent.
 *
 * `deadlineAt` is the moment at which the fuse of (group, epoch) blows, in milliseconds of CLOCK_MONOTONIC
 * (`monotonicMs` in `clock.ts`). All processes of a host share that clock, so no time of delivery has to be guessed.
 */
export const startMessageSchema = z.strictObject({
  type: z.literal("start"),
  /** The name under which this MTA answers and calls: the group's Network Name, or `MtaName`. */
  mtaName: z.string().min(1).max(32),
  /** The virtual IP and the port to listen on. */
  address: z.union([z.ipv4(), z.ipv6()]),
  port: z.int().min(0).max(65_535),
  /** Path of the partners file on this node. */
  partnersFile: z.string().min(1),
  group: z.string().min(1),
  epoch: z.int().positive(),
  deadlineAt: z.number().nonnegative(),
  /** Path of the agent's local socket, which is asked before each call. */
  agentSocket: z.string().min(1),
  /** Where messages are that wait, and those that came, on whatever the group takes with it; null: it carries none. */
  queueFolder: z.string().min(1).nullable(),
});

/** Sent at every renewal. It replaces the deadline, even by an earlier one; for another epoch it means nothing. */
export const deadlineMessageSchema = z.strictObject({
  type: z.literal("deadline"),
  epoch: z.int().positive(),
  deadlineAt: z.number().nonnegative(),
});

/** A clean stop: RELEASE, close, `stopped`, exit 0. */
export const stopMessageSchema = z.strictObject({ type: z.literal("stop") });

/** Is anybody there? Answered by `pong` with the same number, by the same event loop that all associations are served by. */
export const pingMessageSchema = z.strictObject({ type: z.literal("ping"), n: z.int().positive() });

/** Finish what is open, begin nothing new, and say `drained` with the same number; until `resume`. */
export const drainMessageSchema = z.strictObject({ type: z.literal("drain"), n: z.int().positive() });
export const resumeMessageSchema = z.strictObject({ type: z.literal("resume") });

export const toMtaSchema = z.discriminatedUnion("type", [
  startMessageSchema,
  deadlineMessageSchema,
  stopMessageSchema,
  pingMessageSchema,
  drainMessageSchema,
  resumeMessageSchema,
]);
export type ToMta = z.infer<typeof toMtaSchema>;
export type StartMessage = z.infer<typeof startMessageSchema>;

export const associationMessageSchema = z.strictObject({
  type: z.literal("association"),
  /** The partner's MTA name as configured, or the name that a caller gave; null when it gave none. */
  partner: z.string().nullable(),
  direction: z.enum(["outbound", "inbound"]),
  state: z.enum(["open", "refused", "deferred", "closed"]),
  /** One of `AssociationCode` of `log.ts`; `open` has none. */
  code: z.string().optional(),
  /** A sentence for people. */
  reason: z.string().optional(),
  localAddress: z.string().optional(),
  remoteAddress: z.string().optional(),
  /** Wall clock, ISO 8601, for people. */
  at: z.string(),
});
export type AssociationMessage = z.infer<typeof associationMessageSchema>;

export const fromMtaSchema = z.discriminatedUnion("type", [
  /** It can be told to start: the first message, before which nothing that is said to it is heard. */
  z.strictObject({ type: z.literal("ready") }),
  z.strictObject({ type: z.literal("online"), address: z.string(), port: z.int() }),
  /** It could not go online; the process ends with exit code 1 after it. */
  z.strictObject({ type: z.literal("failed"), code: z.string(), message: z.string() }),
  associationMessageSchema,
  /** What became of a message; `no-partner`: of those in a folder that nobody takes, which is named in its place. */
  z.strictObject({
    type: z.literal("message"),
    name: z.string(),
    outcome: z.enum(["transferred", "rejected", "given-up", "put-off", "stored", "no-partner"]),
    detail: z.string(),
  }),
  /** `listening`: it would take a call at its address and port. */
  z.strictObject({ type: z.literal("pong"), n: z.int().positive(), listening: z.boolean() }),
  /** Nothing is open any more. One that is called off is not answered. */
  z.strictObject({ type: z.literal("drained"), n: z.int().positive() }),
  z.strictObject({ type: z.literal("stopped") }),
]);
export type FromMta = z.infer<typeof fromMtaSchema>;

/** How an MTA process ends. */
export const exitCodes = {
  stopped: 0,
  failed: 1,
  /** The deadline passed (EX_TEMPFAIL of sysexits.h: nothing is wrong here, the right to speak is over). */
  fuseBlown: 75,
  /** The parent is gone: an orphan never keeps the port. */
  orphaned: 76,
} as const;

/** The module to give to `fork`, from source or from `dist`. */
export const mtaProcessModule = new URL(
  import.meta.url.endsWith(".ts") ? "./process.ts" : "./process.js",
  import.meta.url,
);
