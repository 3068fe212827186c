import type { Bind } from "../cluster/questions/verdict.ts";

declare const brand: unique symbol;

/**
 * The local address of a socket that is about to be opened. No string is one: it comes out of a `Bind`, so a caller that
 * was deferred or denied has nothing to open a socket with.
 */
export type SourceAddress = { readonly address: string; readonly [brand]: "SourceAddress" };

/** The only source address that an MTA has: the one that the verdict names. */
export function fromVerdict(bind: Bind): SourceAddress {
  return branded(bind.address);
}

/**
 * The source address of an MTA whose cluster variable was never initialised (KB Q186756): the node's own. For
 * `unpatched.ts` only, which a test holds.
 */
export function fromUninitialisedClusterVariable(nodeAddress: string): SourceAddress {
  return branded(nodeAddress);
}

function branded(address: string): SourceAddress {
  return { address } as SourceAddress;
}
