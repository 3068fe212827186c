/** A part of a page, served from a string. Without a tag it is sent each time. */
export type Part = { readonly text: string; readonly type: string; readonly tag: string | null };

/** A browser keeps the part and asks each time whether it has changed, so that all parts are of one deployment. */
export function serve(request: Request, { text, type, tag }: Part): Response {
  const headers = { "Content-Type": type, "Cache-Control": "no-cache", ...(tag === null ? {} : { ETag: tag }) };
  if (tag !== null && isKept(request, tag)) return new Response(null, { status: 304, headers });
  return new Response(text, { headers });
}

/** RFC 9110 section 13.1.2. Something between that compresses may have made the tag a weak one. */
function isKept(request: Request, tag: string): boolean {
  const kept = (request.headers.get("If-None-Match") ?? "").split(",").map((text) => text.trim().replace(/^W\//, ""));
  return kept.includes(tag);
}
