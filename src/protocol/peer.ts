import * as z from "zod";
import { ttlLimitsMs } from "../cluster/lease/lease.ts";
import { holdRefSchema } from "./session.ts";

/**
 * What two agents say to each other, without the control plane: an owner asks for a peer's word, and holds by it while nobody else
 * answers (SPEC PW2). Each message stands for itself; one that is lost, late, or comes twice does no harm.
 */

/** Ownerships of one message: even with the longest names they fit one datagram. */
export const holdsPerMessage = 8;
const holds = z.array(holdRefSchema).max(holdsPerMessage);
const number = z.int().nonnegative();

/** "Do you promise to end none of these within so many milliseconds?" Numbered within the asking run. */
const askSchema = z.strictObject({
  type: z.literal("ask"),
  n: number,
  holds,
  durationMs: z.number().positive().max(ttlLimitsMs.max),
});

/** "I do for these, from now on. Those are over: I have counted your silence, and shall say so." */
const promiseSchema = z.strictObject({ type: z.literal("promise"), n: number, holds, over: holds });

/** The same before it was asked: "I promise these no more." */
const withdrawalSchema = z.strictObject({ type: z.literal("withdrawal"), holds });

/** "All of these is offline here, and nothing that you have promised of them binds you." */
const goneSchema = z.strictObject({ type: z.literal("gone"), holds });

export const peerMessageSchema = z.discriminatedUnion("type", [askSchema, promiseSchema, withdrawalSchema, goneSchema]);
export type PeerMessage = z.infer<typeof peerMessageSchema>;
export type Ask = z.infer<typeof askSchema>;
export type Promised = z.infer<typeof promiseSchema>;
