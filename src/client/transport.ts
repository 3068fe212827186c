import type * as z from "zod";
import type { Result } from "./result.ts";

/** How a family of methods asks: below `/v1`, with the client's token, within its time. */
export type Transport = {
  /** The path of a cluster and of what is below it, escaped. */
  readonly at: (cluster: string, ...parts: readonly string[]) => string;
  readonly request: <T>(
    method: string,
    path: string,
    body: unknown,
    schema: z.ZodType<T> | null,
    extra?: RequestExtra,
  ) => Promise<Result<T>>;
};

/** `waitMs`: how much longer than usual the answer may take, because it was asked to wait. */
export type RequestExtra = { readonly headers?: Readonly<Record<string, string>>; readonly waitMs?: number };
