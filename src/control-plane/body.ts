import type { ProblemCode } from "../protocol/problems.ts";

export type JsonBody =
  | { readonly ok: true; readonly document: unknown }
  | { readonly ok: false; readonly code: ProblemCode & ("body-too-large" | "not-json"); readonly detail: string };

/** Reads a request's body as JSON, and stops reading at the limit, whatever the sender announced. No body is `{}`. */
export async function readJson(request: Request, limitBytes: number): Promise<JsonBody> {
  const tooLarge = { ok: false, code: "body-too-large", detail: `${limitBytes} bytes at most` } as const;
  if (Number(request.headers.get("Content-Length") ?? 0) > limitBytes) return tooLarge;
  const bytes = await readBytes(request, limitBytes);
  if (bytes === null) return tooLarge;
  if (bytes.length === 0) return { ok: true, document: {} };
  try {
    return {
      ok: true,
      document: JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes)) as unknown,
    };
  } catch {
    return { ok: false, code: "not-json", detail: "the body has to be one JSON document in UTF-8" };
  }
}

async function readBytes(request: Request, limitBytes: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > limitBytes) return null;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
