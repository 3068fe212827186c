import { limits } from "../cluster/limits.ts";
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

/** Tags that were asked for before. Of names alone, which are short, and not of whatever a path may hold. */
const tags = new Map<string, string>();
const tagsAtMost = 1_000;

export async function clusterTagOf(cluster: string): Promise<string> {
  const key = nameKey(cluster);
  const known = tags.get(key);
  if (known !== undefined) return known;
  const tag = hex(new Uint8Array(await sha256(key)).subarray(0, 8));
  if (tags.size >= tagsAtMost) tags.clear();
  if (key.length <= limits.nameLength) tags.set(key, tag);
  return tag;
}

const encoder = new TextEncoder();

export function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", encoder.encode(text));
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
