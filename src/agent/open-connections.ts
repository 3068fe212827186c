import { open } from "node:fs/promises";
import { parseAddress } from "../cluster/definition/ip-address.ts";
import { isMissing } from "../mta/error-code.ts";

/**
 * The TCP connections of an address, and its other sockets, as the kernel lists them (proc_net_tcp of its documentation), in this process's network
 * namespace. Reading one starts no program, and takes a millisecond or two, most of it the kernel's walk through its tables.
 */

/** How many connections are open whose own end is this address. Rejects when the list cannot be read, or has no end. */
export type CountOpen = (address: string) => Promise<number>;

/** IPv4 connections stand in both: those of a socket that listens on all addresses are listed among IPv6. */
const lists = { 4: ["/proc/self/net/tcp", "/proc/self/net/tcp6"], 6: ["/proc/self/net/tcp6"] } as const;

/** A line has 150 bytes, or 178 of IPv6: some 100 000 connections. Looking through more than that would hold up the move itself. */
const longestListBytes = 16 * 1024 * 1024;
/** The kernel hands out a page at a time, whatever is asked for. */
const pageBytes = 16_384;

export const countOpen: CountOpen = async (address) => {
  const ofFamily = lists[address.includes(":") ? 6 : 4];
  const counts = await Promise.all(ofFamily.map(async (list) => countIn(await read(list), address)));
  return counts.reduce((sum, count) => sum + count, 0);
};

/**
 * Whether a program has a datagram or raw socket that is bound to this address of IPv6. It goes on to send from there when the address
 * has left the host: the kernel looks whether an address is here when it is bound, and on IPv4 alone with each datagram. `ss -K`
 * does not end it either: it says so to the program once, and then sends on.
 */
export async function speaksWithout(address: string): Promise<boolean> {
  if (!address.includes(":")) return false;
  const bound = endsOf(address).map((end) => `: ${end}:`);
  const texts = await Promise.all(["udp6", "udplite6", "raw6"].map((list) => read(`/proc/self/net/${list}`)));
  return texts.some((text) => bound.some((own) => text.includes(own)));
}

/**
 * States of include/net/tcp_states.h in which somebody would miss something: 1 ESTABLISHED, 4 FIN_WAIT1, 8 CLOSE_WAIT, 9 LAST_ACK,
 * 11 CLOSING: what one side has written may still be on its way. Not counted are 2 SYN_SENT and 3 SYN_RECV, which have not begun and
 * would not while draining keeps them from it; 5 FIN_WAIT2, whose own side has said all and knows that it arrived; 6 TIME_WAIT,
 * 7 CLOSE and 10 LISTEN, which are no connection.
 */
const openStates: ReadonlySet<number> = new Set([1, 4, 8, 9, 11]);

/**
 * Looks for the address and not at each line: the list of a busy host has tens of thousands, and renewals go on meanwhile.
 * @param list the text of one list; a line is `sl: local rem st …`, an end is its address in hexadecimal and its port
 */
export function countIn(list: string, address: string): number {
  let count = 0;
  for (const end of endsOf(address)) {
    const own = `: ${end}:`;
    for (let at = list.indexOf(own); at >= 0; at = list.indexOf(own, at + own.length)) {
      const [, , state = ""] = list.slice(at + own.length, at + own.length + longestRestLength).split(" ", 3);
      if (openStates.has(Number.parseInt(state, 16))) count += 1;
    }
  }
  return count;
}

/** Of a line, from the port of its own end to its state: `PORT ADDRESS:PORT ST`, with an address of IPv6. */
const longestRestLength = 4 + 1 + 32 + 1 + 4 + 1 + 2;

/** As the lists have it: words of 32 bits, each in the order of the host's bytes; an IPv4 address of an IPv6 socket is mapped. */
function endsOf(address: string): string[] {
  const parsed = parseAddress(address);
  if (parsed === null) return [];
  if (!address.includes(":")) {
    const word = wordOf(parsed.value);
    return [word, `${wordOf(0n)}${wordOf(0n)}${wordOf(0xffffn)}${word}`];
  }
  return [[96n, 64n, 32n, 0n].map((shift) => wordOf((parsed.value >> shift) & 0xffff_ffffn)).join("")];
}

const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

function wordOf(value: bigint): string {
  const bytes = value.toString(16).padStart(8, "0").match(/../g) ?? [];
  return (isLittleEndian ? bytes.toReversed() : bytes).join("").toUpperCase();
}

/** The kernel says no size beforehand, so it is read until its end, and no further than the bound. A host without IPv6 has one list. */
async function read(path: string): Promise<string> {
  const file = await open(path).catch((error: unknown) => {
    if (isMissing(error) && path.endsWith("6")) return null;
    throw error;
  });
  if (file === null) return "";
  try {
    const page = Buffer.alloc(pageBytes);
    let text = "";
    while (text.length <= longestListBytes) {
      const { bytesRead } = await file.read(page, 0, pageBytes, null);
      if (bytesRead === 0) return text;
      text += page.toString("latin1", 0, bytesRead);
    }
    throw new Error(`${path} has more connections than can be looked through`);
  } finally {
    await file.close();
  }
}
