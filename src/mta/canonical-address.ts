import { isIPv6, SocketAddress } from "node:net";

/**
 * The one spelling of an IP address by which two can be compared: IPv6 shortened and without its zone, IPv4 never mapped
 * into IPv6 (as a socket that listens on `::` reports it). What is no address is returned as it is.
 */
export function canonicalAddress(text: string): string {
  const [withoutZone = text] = text.split("%");
  if (!isIPv6(withoutZone)) return text;
  const { address } = new SocketAddress({ address: withoutZone, family: "ipv6" });
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice("::ffff:".length) : address;
}
