import * as z from "zod";
import { protocolLimits } from "./limits.ts";
import { nameSchema } from "./names.ts";
import { groupStates, seenAssociationStates } from "./view.ts";

/** A group as the network sees it, and what somebody outside saw. */

export const sourceAddressQuerySchema = z.strictObject({
  node: nameSchema.meta({ description: "The node that asks", examples: ["NODE1"] }),
  destination: z.string().max(protocolLimits.hostLength).exactOptional().describe("The host that shall be called"),
  protocol: z.string().max(protocolLimits.codeLength).exactOptional().describe("What shall be spoken to it"),
});

export const activeQuerySchema = z.strictObject({
  node: nameSchema.meta({ description: "The node that a balancer would send to", examples: ["NODE1"] }),
});

export const virtualServerSchema = z
  .object({
    networkName: z.string(),
    group: z.string(),
    address: z.string().nullable(),
    owner: z.string().nullable().describe("Unknown when the owner has been silent for longer than its ttl"),
    epoch: z.int(),
    state: z.enum(groupStates),
    ageMs: z.number().nullable().describe("Milliseconds since the owner's last confirmed renewal"),
  })
  .meta({ id: "VirtualServer" });
export type VirtualServer = z.infer<typeof virtualServerSchema>;

/** An association as the reporter saw it: `inbound` came in there, `localAddress` is the reporter's own. */
export const observationSchema = z
  .strictObject({
    group: nameSchema,
    partner: nameSchema
      .exactOptional()
      .describe("The mail system that says so; the one that the token was made for, if it is not named"),
    direction: z.enum(["outbound", "inbound"]),
    state: z.enum(seenAssociationStates),
    localAddress: z.string().max(protocolLimits.hostLength).nullable().default(null),
    remoteAddress: z.string().max(protocolLimits.hostLength).nullable().default(null),
    reason: z.string().max(protocolLimits.reasonLength).nullable().default(null),
  })
  .meta({ id: "Observation" });
export type Observation = z.input<typeof observationSchema>;
