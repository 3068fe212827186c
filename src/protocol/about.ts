import * as z from "zod";

/** What is told without a token. */

export const healthSchema = z.object({ status: z.literal("ok") }).meta({ id: "Health" });

export const versionSchema = z
  .object({ name: z.literal("bridgehead"), version: z.string(), protocol: z.int() })
  .meta({ id: "Version" });
export type Version = z.infer<typeof versionSchema>;

export const echoSourceSchema = z
  .object({ address: z.string().nullable().describe("null where the platform does not say") })
  .meta({ id: "EchoSource" });
export type EchoSource = z.infer<typeof echoSourceSchema>;
