import { resolve4, resolve6 } from "node:dns/promises";
import { routedSourceAddresses, type RoutedSourceAddressesOptions } from "./source-addresses.ts";
import { hasCode } from "../mta/error-code.ts";

/** A next hop as Haraka's `get_mx` has it. */
export type Mx = { readonly exchange: string; readonly priority?: number; readonly port?: number };

/** What the plugin takes from Haraka, in whose sandbox these names are. */
export type HarakaParts = {
  readonly OK: number;
  readonly DENYSOFT: number;
  readonly DENY: number;
  /** The next hops of a domain: `get_mx` of `haraka-net-utils`, or those of a relay. */
  readonly resolve: (domain: string) => Promise<readonly Mx[]> | readonly Mx[];
  /** Whether a domain has no address: by DNS, unless said otherwise. */
  readonly isNowhere?: (domain: string) => Promise<boolean>;
};

export type GetMx = (next: (code?: number, told?: unknown) => void, hmail: unknown, domain: string) => Promise<void>;

/**
 * Haraka's hook `get_mx`: the next hops of a domain, each with the address to bind and the name to say. Without a `BIND` the message
 * waits in the queue (DENYSOFT), as it does when its domain cannot be looked up. A domain that has no next hop is refused (DENY), as
 * Haraka itself does; left to Haraka it would be looked up again, and what is then found be called from the node.
 *
 * Throws `SourceAddressError`, as the plugin is loaded, on a host that belongs to no cluster.
 */
export function getMx(
  options: RoutedSourceAddressesOptions,
  { OK, DENYSOFT, DENY, resolve, isNowhere = hasNoAddress }: HarakaParts,
): GetMx {
  const addressesFor = routedSourceAddresses(options);
  /** Null: they are not known now. */
  const hopsOf = async (domain: string): Promise<readonly Mx[] | null> => {
    try {
      return await resolve(domain);
    } catch {
      return null;
    }
  };
  return async (next, _hmail, domain) => {
    const from = await addressesFor(domain).ask(domain);
    if (from.decision === "STANDALONE") return next();
    if (from.decision !== "BIND") return next(DENYSOFT, `bridgehead: ${from.reason}`);
    const hops = await hopsOf(domain);
    if (hops === null) return next(DENYSOFT, `bridgehead: ${domain} cannot be looked up`);
    if (hops.length === 0 && (await isNowhere(domain))) return next(DENY, `bridgehead: ${domain} has no next hop`);
    if (hops.length === 0) return next(DENYSOFT, `bridgehead: ${domain} cannot be looked up`);
    // Haraka takes the order of a plugin for the order that is meant.
    const sorted = shuffled(hops).toSorted((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
    next(
      OK,
      sorted.map((hop) => ({ ...hop, bind: from.address, bind_helo: from.networkName })),
    );
  };
}

/** Haraka takes an address that could not be looked up for none. What is not there is told so by every server. */
async function hasNoAddress(domain: string): Promise<boolean> {
  const lookups = await Promise.allSettled([resolve4(domain), resolve6(domain)]);
  return lookups.every((one) => one.status === "rejected" && hasCode(one.reason, "ENOTFOUND", "ENODATA"));
}

/** Among hops of one preference the order is to be random (RFC 5321 section 5.1). */
function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
