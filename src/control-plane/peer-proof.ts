import type { Hello } from "../cluster/messages.ts";
import { peerProofText, type ProvenRun } from "../protocol/peer.ts";

/** Whether a run has the key that it names (PW8): only then may what it counts end what others hold by that key's word. */
export async function isProven(run: ProvenRun, peer: NonNullable<Hello["peer"]>): Promise<boolean> {
  const algorithm = { name: "Ed25519" };
  const text = new TextEncoder().encode(peerProofText(run));
  try {
    const key = await crypto.subtle.importKey("raw", octetsOf(peer.key), algorithm, false, ["verify"]);
    return await crypto.subtle.verify(algorithm, key, octetsOf(peer.proof), text);
  } catch {
    // Octets that are no key.
    return false;
  }
}

function octetsOf(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
