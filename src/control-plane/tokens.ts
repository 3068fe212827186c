import { nameKey } from "../protocol/names.ts";

/**
 * A cluster's tokens. `bh_<cluster>_<id>_<secret>`, all hexadecimal: which cluster it is for (64 bits of the SHA-256 of its
 * name), which token of it, and 256 random bits. So a token names its cluster before anybody looks it up, and secret
 * scanners know it by its prefix.
 */
export type ParsedToken = { readonly clusterTag: string; readonly id: string };

const shape = /^bh_([0-9a-f]{16})_([0-9a-f]{16})_[0-9a-f]{64}$/;

export function parseToken(text: string): ParsedToken | null {
  const [, clusterTag, id] = shape.exec(text) ?? [];
  return clusterTag === undefined || id === undefined ? null : { clusterTag, id };
}

export async function newToken(cluster: string): Promise<{ id: string; token: string; digest: ArrayBuffer }> {
  const id = randomHex(8);
  const token = `bh_${await clusterTagOf(cluster)}_${id}_${randomHex(32)}`;
  return { id, token, digest: await sha256(token) };
}

export async function clusterTagOf(cluster: string): Promise<string> {
  return hex(new Uint8Array(await sha256(nameKey(cluster))).subarray(0, 8));
}

export function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

/** Takes the same time whatever they hold. Digests of one length only, so that the length tells nothing either. */
export function sameDigest(a: ArrayBuffer, b: ArrayBuffer): boolean {
  return crypto.subtle.timingSafeEqual(a, b);
}

export function randomHex(bytes: number): string {
  return hex(crypto.getRandomValues(new Uint8Array(bytes)));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
