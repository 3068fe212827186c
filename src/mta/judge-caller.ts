import { createHash, timingSafeEqual } from "node:crypto";
import type { ConnectionTpdu } from "./cotp.ts";
import type { RefusalCode } from "./log.ts";
import type { Mode } from "./mode.ts";
import { ia5Octets } from "./octets.ts";
import type { Partner, Partners } from "./partners.ts";
import type { MtaBind } from "./rts.ts";

/** What is known of a caller, and of those who may call, before it has said anything. */
export type CallerSurroundings = {
  readonly partners: Partners;
  /** The caller's network address, textual, an IPv4 one never mapped into IPv6. */
  readonly callingAddress: string;
  /** Whether the partner has as many associations as it may. */
  readonly isFull: (partner: Partner) => boolean;
};

export type Judgement =
  | { readonly verdict: "accept"; readonly partner: Partner }
  | { readonly verdict: "refuse"; readonly code: RefusalCode; readonly why: string; readonly partner: Partner | null };

/**
 * Whether the caller is the partner that it says it is: name, calling address, TSAPs, password, in the order in which a
 * person would look for the mistake. The partner's entry is written from our side of a call, so its `callingTsap` is
 * what the partner must call, and its `calledTsap` where it must call from, if it says so at all.
 */
export function judge(
  bind: MtaBind | null,
  mode: Mode,
  transport: Pick<ConnectionTpdu, "callingTsap" | "calledTsap">,
  { partners, callingAddress, isFull }: CallerSurroundings,
): Judgement {
  const partner = bind === null ? undefined : partners.get(bind.mtaName);
  if (bind === null || partner === undefined) {
    return { verdict: "refuse", code: "unknown-mta-name", why: "unknown MTA name", partner: null };
  }
  const refuse = (code: RefusalCode, why: string): Judgement => ({ verdict: "refuse", code, why, partner });
  if (!partner.addresses.includes(callingAddress)) {
    return refuse("unknown-calling-address", `unknown calling address; expected ${partner.addresses.join(" or ")}`);
  }
  if (!isTsap(transport.calledTsap, partner.callingTsap)) {
    return refuse("wrong-called-tsap", `wrong called TSAP; expected ${partner.callingTsap}`);
  }
  if (transport.callingTsap !== null && !isTsap(transport.callingTsap, partner.calledTsap)) {
    return refuse("wrong-calling-tsap", `wrong calling TSAP; expected ${partner.calledTsap}`);
  }
  if (!isSamePassword(bind.password, partner.partnerPassword)) return refuse("wrong-password", "wrong password");
  if (mode.name !== partner.mode) return refuse("unsupported", `${mode.name} mode; expected ${partner.mode}`);
  if (isFull(partner)) return refuse("too-many-associations", "it has too many associations already");
  return { verdict: "accept", partner };
}

export function isTsap(octets: Uint8Array | null, tsap: string): boolean {
  return octets !== null && Buffer.from(octets).equals(ia5Octets(tsap));
}

/** In constant time, whatever the lengths. */
function isSamePassword(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
