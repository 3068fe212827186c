import { protocolLimits } from "../protocol/limits.ts";
import { refuse } from "./respond.ts";

/** Under which conditions a change is to be made, and whether at all. */
export type Conditions = {
  /** The revision of the definition that the caller has seen (`If-Match`, RFC 9110 section 13.1.1); null: it does not matter. */
  readonly expectedRevision: ExpectedRevision | null;
  /** `Idempotency-Key`: sent again under the same key, a request is answered and not carried out again. */
  readonly idempotency: { readonly key: string; readonly fingerprint: string } | null;
  /** Say what would come of it, and change nothing. */
  readonly dryRun: boolean;
};

export const unconditional: Conditions = { expectedRevision: null, idempotency: null, dryRun: false };

/** `any`: whichever, but there has to be one. */
export type ExpectedRevision = number | "any";

/** Whether the condition holds. @param present the revision of the definition in force; null: there is none */
export function isExpected(expected: ExpectedRevision | null, present: number | null): boolean {
  if (expected === null) return true;
  return expected === "any" ? present !== null : expected === present;
}

/** Reads the conditions of a request. The fingerprint is of everything that says what is asked for. */
export async function conditionsOf(request: Request, body: unknown, dryRun: boolean): Promise<Conditions | Response> {
  const expectedRevision = revisionOf(request.headers.get("If-Match"));
  if (expectedRevision === "malformed") {
    return refuse("invalid-request", 'If-Match is a revision in quotes, such as "42"');
  }
  const key = request.headers.get("Idempotency-Key");
  if (key === null) return { expectedRevision, idempotency: null, dryRun };
  if (!/^[\x21-\x7e]+$/.test(key) || key.length > protocolLimits.idempotencyKeyLength) {
    const most = protocolLimits.idempotencyKeyLength;
    return refuse("invalid-request", `Idempotency-Key is 1 to ${most} visible characters of ASCII, such as a UUID`);
  }
  const { pathname, search } = new URL(request.url);
  const what = JSON.stringify([request.method, pathname, search, request.headers.get("If-Match"), body ?? null]);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(what));
  const fingerprint = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { expectedRevision, idempotency: { key, fingerprint }, dryRun };
}

/** `"42"`, or `*` for any; null when the header is not there. */
function revisionOf(header: string | null): ExpectedRevision | null | "malformed" {
  if (header === null) return null;
  if (header === "*") return "any";
  const [, digits] = /^"(\d{1,15})"$/.exec(header) ?? [];
  return digits === undefined ? "malformed" : Number(digits);
}
