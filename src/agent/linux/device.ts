import { contains, parseAddress } from "../../cluster/definition/ip-address.ts";
import { DriverError } from "../drivers/driver.ts";
import { type HostAddress, hostPrefix } from "./ip.ts";

/**
 * The device that a virtual IP belongs on: the one that has an address of its own in the same network, the narrowest one
 * when there are several. Throws `DriverError` `no-device`.
 */
export function deviceFor(address: string, present: readonly HostAddress[]): string {
  const wanted = parseAddress(address);
  const candidates = present
    .filter((candidate) => {
      const own = parseAddress(candidate.address);
      if (own === null || wanted === null || isHostOnly(candidate)) return false;
      return candidate.address !== address && contains({ ...own, prefix: candidate.prefix }, wanted);
    })
    .toSorted((a, b) => b.prefix - a.prefix);
  const [found] = candidates;
  if (found !== undefined) return found.device;
  const known = present
    .filter((candidate) => !isHostOnly(candidate))
    .map((one) => `${one.address}/${one.prefix} on ${one.device}`);
  throw new DriverError(
    "no-device",
    `${address} is in no network of this host; it has ${known.length === 0 ? "no network" : known.join(", ")}`,
  );
}

/** A /32 or /128 says nothing of the network around it; a virtual IP is one itself. */
function isHostOnly({ address, prefix }: HostAddress): boolean {
  return prefix === hostPrefix(address);
}
