import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { isMissing } from "../../mta/error-code.ts";
import { messageOf } from "../../mta/message-of.ts";
import { replaceFile } from "../durable-file.ts";
import { MemoryError } from "../memory.ts";

/** By what other agents know this one: Ed25519 (RFC 8032). */
export type PeerKey = {
  /** The public key, 32 octets as base64url. */
  readonly name: string;
  /** 64 octets. */
  readonly sign: (text: Buffer) => Buffer;
};

/**
 * The key of a state folder, made when there is none. It outlives the runs of the agent: who may end an ownership by a count is known by
 * it (PW3), so a folder that is copied to another host makes two agents one. Throws `MemoryError`.
 */
export function openPeerKey(file: string): PeerKey {
  const key = privateKeyOf(file, readOrMake(file));
  const { x: name } = createPublicKey(key).export({ format: "jwk" });
  if (name === undefined) throw damaged(file);
  return { name, sign: (text) => sign(null, text, key) };
}

/** Whether whoever has the key `name` has signed this. */
export function isSignedBy(name: string, text: Buffer, signature: Buffer): boolean {
  try {
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: name }, format: "jwk" });
    return verify(null, text, key, signature);
  } catch {
    return false;
  }
}

function readOrMake(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (!isMissing(error)) throw unusable(file, error);
  }
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    replaceFile(file, pem);
  } catch (error) {
    throw unusable(file, error);
  }
  return pem;
}

function privateKeyOf(file: string, pem: string) {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // Said below, as of any other file that holds no such key.
  }
  throw damaged(file);
}

function damaged(file: string): MemoryError {
  return new MemoryError(
    "memory-damaged",
    `${file} is damaged: it should hold this agent's key. Put back this host's own copy of it. Without one, remove it when this node owns ` +
      "no group (bridgehead node show): the agent makes a new key, and can end nothing that was held by the word of the old one.",
  );
}

function unusable(file: string, error: unknown): MemoryError {
  return new MemoryError("memory-unusable", `${file} cannot be used: ${messageOf(error)}`, error);
}
