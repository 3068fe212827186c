import { z } from "zod";
import { holdRefSchema, incarnationSchema } from "../../protocol/session.ts";
import { processRefSchema } from "../processes.ts";

/** What an agent tells its guard over their socket, one JSON object a line: everything each time, so that nothing is lost. */
const wardSchema = z.strictObject({
  hold: holdRefSchema,
  /** When it must be gone, by CLOCK_MONOTONIC in milliseconds. */
  deadline: z.number(),
  /** The agent knows that its time is over, and is taking it away: it is not frozen, however long that takes. */
  isCut: z.boolean(),
  addresses: z.array(z.strictObject({ address: z.string(), device: z.string() })),
  /** Process groups that run for it. */
  processes: z.array(z.int().positive()),
  /** All of it is addresses and processes: when those are gone, it is offline, and may be released. */
  isWhole: z.boolean(),
});
/** What a guard keeps an eye on: one ownership on this host. */
export type Ward = z.infer<typeof wardSchema>;

const agentSchema = z.strictObject({
  ...processRefSchema.shape,
  incarnation: incarnationSchema,
  cluster: z.string(),
  node: z.string(),
  url: z.string(),
  token: z.string(),
  /** The agent's nftables table; null: it has no filter. */
  table: z.string().nullable(),
});
export type GuardedAgent = z.infer<typeof agentSchema>;

export const toGuardSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("agent"), agent: agentSchema }),
  z.strictObject({ type: z.literal("wards"), wards: z.array(wardSchema) }),
  /** What works for the agent, and would still do what it was last asked when the agent is dead. */
  z.strictObject({ type: z.literal("helpers"), helpers: z.array(processRefSchema) }),
  /** Everything is offline and was released, or was never there: the end of the connection means nothing. */
  z.strictObject({ type: z.literal("farewell") }),
]);
export type ToGuard = z.infer<typeof toGuardSchema>;

/** `busy`: what an earlier agent has left is not done away with yet; the connection is closed, and may be tried again. */
export const fromGuardSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ready") }),
  z.strictObject({ type: z.literal("busy") }),
]);
export type FromGuard = z.infer<typeof fromGuardSchema>;
