import * as z from "zod";
import { nameSchema } from "./names.ts";

/**
 * `reader` sees; `operator` sees and changes; `node` joins as one node and asks for it; `partner` is a mail system outside
 * of the cluster, which may say which associations it saw, and nothing else.
 */
export const tokenRoles = ["reader", "operator", "node", "partner"] as const;
export type TokenRole = (typeof tokenRoles)[number];

export const tokenRequestSchema = z
  .discriminatedUnion("role", [
    z.strictObject({ role: z.literal("reader") }),
    z.strictObject({ role: z.literal("operator") }),
    z.strictObject({ role: z.literal("node"), node: nameSchema.meta({ examples: ["NODE1"] }) }),
    z.strictObject({ role: z.literal("partner"), partner: nameSchema.meta({ examples: ["peer.test"] }) }),
  ])
  .meta({ id: "TokenRequest" });
export type TokenRequest = z.infer<typeof tokenRequestSchema>;

/** The only answer that ever holds the token itself. */
export const tokenCreatedSchema = z.object({ id: z.string(), token: z.string() }).meta({ id: "TokenCreated" });
export type TokenCreated = z.infer<typeof tokenCreatedSchema>;

export const tokenListSchema = z
  .object({
    tokens: z.array(
      z.object({
        id: z.string(),
        role: z.enum(tokenRoles),
        subject: z.string().nullable().describe("The node or the partner that it was made for"),
        createdAt: z.number(),
        createdBy: z.string(),
      }),
    ),
  })
  .meta({ id: "TokenList" });
export type TokenList = z.infer<typeof tokenListSchema>;

export const tokenIdSchema = z.string().regex(/^[0-9a-f]{16}$/, "is not the id of a token");
