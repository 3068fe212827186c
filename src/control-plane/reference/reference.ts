import { Hono } from "hono";
import { serve } from "../../dashboard/serve.ts";
import type { OpenApiDocument } from "../openapi/types.ts";
import { referencePage } from "./page.ts";

/** The reference at `/docs`, made when it is first asked for, and kept as long as this isolate lives. */
export function reference(document: () => OpenApiDocument): Hono {
  let made: Promise<{ readonly text: string; readonly tag: string }> | undefined;
  return new Hono().get("/docs", async ({ req }) => {
    made ??= make(document());
    return serve(req.raw, { ...(await made), type: "text/html; charset=utf-8" });
  });
}

async function make(document: OpenApiDocument): Promise<{ readonly text: string; readonly tag: string }> {
  const text = await referencePage(document);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const hex = Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { text, tag: `"${hex}"` };
}
