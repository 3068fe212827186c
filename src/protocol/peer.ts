import * as z from "zod";
import { limits } from "../cluster/limits.ts";
import { ttlLimitsMs } from "../cluster/lease/lease.ts";
import type { PeerMessage } from "../cluster/peer-messages.ts";
import { holdRefSchema } from "./session.ts";

/** What a run signs to show that the key which it names is its own (RFC 8032). */
export function peerProofText(incarnation: string): string {
  return `bridgehead run ${incarnation}`;
}

const holds = z.array(holdRefSchema).max(limits.holdsOfPeerMessage);
const number = z.int().nonnegative();

export const peerMessageSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("ask"),
    n: number,
    holds,
    durationMs: z.number().positive().max(ttlLimitsMs.max),
  }),
  z.strictObject({ type: z.literal("promise"), n: number, holds, over: holds }),
  z.strictObject({ type: z.literal("withdrawal"), holds }),
  z.strictObject({ type: z.literal("gone"), n: number, holds }),
]) satisfies z.ZodType<PeerMessage>;
