import * as z from "zod";

/** What is told without a token. */

export const healthSchema = z.object({ status: z.literal("ok") }).meta({ id: "Health" });

export const versionSchema = z
  .object({ name: z.literal("bridgehead"), version: z.string(), protocol: z.int() })
  .meta({ id: "Version" });
export type Version = z.infer<typeof versionSchema>;
