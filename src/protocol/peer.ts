import * as z from "zod";
import { limits } from "../cluster/limits.ts";
import { ttlLimitsMs } from "../cluster/lease/lease.ts";
import type { PeerMessage } from "../cluster/peer-messages.ts";
import { nameKey } from "./names.ts";
import { holdRefSchema } from "./session.ts";

/** Whose run it is, of which cluster: what a control plane is shown proves nothing to that of another cluster, or as another node. */
export type ProvenRun = { readonly cluster: string; readonly node: string; readonly incarnation: string };

/** What a run signs to show that the key which it names is its own (RFC 8032). */
export function peerProofText({ cluster, node, incarnation }: ProvenRun): string {
  return `bridgehead run ${JSON.stringify([nameKey(cluster), nameKey(node), incarnation])}`;
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
  z.strictObject({ type: z.literal("withdrawal"), n: number, holds }),
  z.strictObject({ type: z.literal("gone"), n: number, holds }),
]) satisfies z.ZodType<PeerMessage>;
