/** An address as a number: enough to say whether it lies in a network, and whether two texts mean the same one. */
export type IpAddress = { readonly family: 4 | 6; readonly value: bigint };
export type Network = IpAddress & { readonly prefix: number };

/** RFC 4291 section 2.2 and the dotted quad of RFC 1123; no zones, no leading zeros. Null when it is neither. */
export function parseAddress(text: string): IpAddress | null {
  return text.includes(":") ? parse6(text) : parse4(text);
}

/** Of a text that is known to be an address. `isIPv6` of Node takes 10 ms when it is asked for the first time. */
export function familyOf(address: string): 4 | 6 {
  return address.includes(":") ? 6 : 4;
}

/**
 * An address that a host can have of its own: none that is unspecified (0.0.0.0, ::), multicast or broadcast, and no
 * IPv4-mapped one (RFC 4291 section 2.5.5.2), which would be a second name of an IPv4 address.
 */
export function parseUnicast(text: string): IpAddress | null {
  const address = parseAddress(text);
  return address === null || address.value === 0n || noUnicast.some((network) => contains(network, address))
    ? null
    : address;
}

const noUnicast: readonly Network[] = [
  { family: 4, value: 0xe000_0000n, prefix: 4 },
  { family: 4, value: 0xffff_ffffn, prefix: 32 },
  { family: 6, value: 0xff00n << 112n, prefix: 8 },
  { family: 6, value: 0xffffn << 32n, prefix: 96 },
];

/** `address/prefix` (RFC 4632). Null when it is not one. */
export function parseNetwork(text: string): Network | null {
  const [addressText, prefixText, ...rest] = text.split("/");
  if (addressText === undefined || prefixText === undefined || rest.length > 0) return null;
  const address = parseAddress(addressText);
  if (address === null || !/^\d{1,3}$/.test(prefixText)) return null;
  const prefix = Number(prefixText);
  return prefix <= bitsOf(address) ? { ...address, prefix } : null;
}

export function contains(network: Network, address: IpAddress): boolean {
  if (network.family !== address.family) return false;
  const hostBits = BigInt(bitsOf(network) - network.prefix);
  return network.value >> hostBits === address.value >> hostBits;
}

/** Whether it names the network or all of its hosts, and none of them: the first and the last IPv4 address of a network of four or more. */
export function isOfNoHost({ family, value }: IpAddress, prefix: number): boolean {
  if (family === 6 || prefix > 30) return false;
  const hostMask = (1n << BigInt(32 - prefix)) - 1n;
  return (value & hostMask) === 0n || (value & hostMask) === hostMask;
}

/** The prefix length of a mask such as 255.255.255.0; null when it is not contiguous. A bare number is taken as it is. */
export function prefixOfMask(mask: string): number | null {
  if (/^\d{1,3}$/.test(mask)) return Number(mask) <= 128 ? Number(mask) : null;
  return masks.get(mask) ?? null;
}

/** 0.0.0.0, 128.0.0.0, and so on to 255.255.255.255, with the prefix length of each. */
const masks: ReadonlyMap<string, number> = new Map(Array.from({ length: 33 }, (_, prefix) => [maskOf(prefix), prefix]));

function maskOf(prefix: number): string {
  const octets = [0, 8, 16, 24].map((before) => 256 - 2 ** (8 - Math.min(8, Math.max(0, prefix - before))));
  return octets.join(".");
}

/** What all texts of one address have in common; what is no address is compared as it is. */
export function comparable(address: string): string {
  // There is one way to write an IPv4 address.
  if (familyOf(address) === 4) return address;
  const parsed = parse6(address);
  return parsed === null ? address : canonical(parsed);
}

/** Each address once, as it was written first. */
export function distinct(addresses: readonly string[]): string[] {
  const seen = new Set<string>();
  return addresses.filter((address) => seen.size < seen.add(comparable(address)).size);
}

/** One text for every way to write an address. */
export function canonical({ family, value }: IpAddress): string {
  return `${family}:${value.toString(16)}`;
}

/** How many bits an address of this family has. */
export function bitsOf({ family }: Pick<IpAddress, "family">): number {
  return family === 4 ? 32 : 128;
}

function parse4(text: string): IpAddress | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    value = value * 256 + Number(part);
  }
  return { family: 4, value: BigInt(value) };
}

function parse6(text: string): IpAddress | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  if (head === undefined) return null;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const words = [...head, ...Array<string>(tail === undefined ? 0 : missing).fill("0"), ...(tail ?? [])];
  let value = 0n;
  for (const word of words) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(word)) return null;
    value = (value << 16n) | BigInt(`0x${word}`);
  }
  return { family: 6, value };
}

/** The name under which DNS has names of an address (RFC 1035 section 3.5, RFC 3596 section 2.5). */
export function reverseNameOf(address: string): string {
  const parsed = parseAddress(address);
  if (parsed?.family !== 6) return `${address.split(".").toReversed().join(".")}.in-addr.arpa`;
  return `${[...parsed.value.toString(16).padStart(32, "0")].toReversed().join(".")}.ip6.arpa`;
}
