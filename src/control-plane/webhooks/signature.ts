import type { Message } from "./message.ts";

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, the symmetric scheme `v1`. */

const secretPrefix = "whsec_";
/** The specification takes 24 to 64. */
const secretBytes = 32;

export function newSecret(): string {
  return secretPrefix + base64(crypto.getRandomValues(new Uint8Array(secretBytes)));
}

/**
 * The headers that identify and sign one attempt.
 * @param secrets each signs, so that a receiver may know any of them
 * @param now when the attempt is made, epoch milliseconds; receivers refuse what is some minutes old
 */
export async function signedHeaders(
  { id, body }: Message,
  secrets: readonly string[],
  now: number,
): Promise<Record<string, string>> {
  const timestamp = Math.floor(now / 1000);
  const signatures = await Promise.all(secrets.map((secret) => sign(secret, `${id}.${timestamp}.${body}`)));
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}

async function sign(secret: string, text: string): Promise<string> {
  const octets = Uint8Array.from(atob(secret.slice(secretPrefix.length)), (char) => char.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", octets, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text));
  return `v1,${base64(new Uint8Array(signature))}`;
}

function base64(octets: Uint8Array): string {
  return btoa(String.fromCharCode(...octets));
}
