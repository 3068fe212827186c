import { Hono } from "hono";
import { page } from "./page.ts";
import { script, style } from "./packed.ts";

/**
 * The page and what it loads, served by the Worker from strings. All of it is public: what it shows comes over the API,
 * with a token. A browser keeps each part and asks each time whether it has changed, so that page and script always are
 * of one deployment.
 */
export const dashboard = new Hono()
  .get("/", ({ req }) => serve(req.raw, { text: page, tag: null, type: "text/html; charset=utf-8" }))
  .get("/dashboard.js", ({ req }) => serve(req.raw, { ...script, type: "text/javascript; charset=utf-8" }))
  .get("/dashboard.css", ({ req }) => serve(req.raw, { ...style, type: "text/css; charset=utf-8" }));

type Part = { readonly text: string; readonly type: string; readonly tag: string | null };

function serve(request: Request, { text, type, tag }: Part): Response {
  const headers = { "Content-Type": type, "Cache-Control": "no-cache", ...(tag === null ? {} : { ETag: tag }) };
  if (tag !== null && isKept(request, tag)) return new Response(null, { status: 304, headers });
  return new Response(text, { headers });
}

/** RFC 9110 section 13.1.2. Something between that compresses may have made the tag a weak one. */
function isKept(request: Request, tag: string): boolean {
  const kept = (request.headers.get("If-None-Match") ?? "").split(",").map((text) => text.trim().replace(/^W\//, ""));
  return kept.includes(tag);
}
