import { versionSchema } from "../../protocol/about.ts";
import { codeOf, messageOf } from "../errors.ts";

/**
 * How far a control plane is reached. `tls`: it is there, and its certificate is not accepted; `other`: what answers is something
 * else.
 */
export type Reach =
  | {
      readonly kind: "answers";
      readonly version: string;
      readonly protocol: number;
      /** How much later this host's wall clock is; null where the answer has no `Date`. */
      readonly apartMs: number | null;
    }
  | { readonly kind: "other"; readonly status: number }
  | { readonly kind: "tls"; readonly why: string }
  | { readonly kind: "nobody"; readonly why: string };

/** Asks for what is told without a token. The client says of a failure only that there was one; here its reason is asked for. */
export async function reachOf(url: string, signal: AbortSignal): Promise<Reach> {
  try {
    const sentAt = Date.now();
    const response = await fetch(new URL("/v1/version", url), { signal });
    const now = (sentAt + Date.now()) / 2;
    const version = versionSchema.safeParse(await response.json().catch(() => null));
    if (!version.success) return { kind: "other", status: response.status };
    const at = Date.parse(response.headers.get("Date") ?? "");
    // Whole seconds, cut off: half of one is what is missing on average.
    const apartMs = Number.isNaN(at) ? null : now - (at + 500);
    return { kind: "answers", version: version.data.version, protocol: version.data.protocol, apartMs };
  } catch (error) {
    return unreached(error);
  }
}

/** `fetch` says that it failed; why stands in the cause. */
function unreached(error: unknown): Reach {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = codeOf(cause);
  if (error instanceof Error && ["TimeoutError", "AbortError"].includes(error.name)) {
    return { kind: "nobody", why: "no answer in time" };
  }
  // Codes of OpenSSL's verification (X509_V_ERR_…, without their prefix) and of Node's own look at the name.
  if (code !== null && /CERT|SIGNATURE|ISSUER|ERR_TLS|ERR_SSL/.test(code)) return { kind: "tls", why: code };
  return { kind: "nobody", why: code ?? messageOf(cause) };
}
