import { SocketAddress } from "node:net";
import { familyOf } from "../../cluster/definition/ip-address.ts";
import { createTool, type Started, type Tool, ToolError } from "./tool.ts";

/** An address of a device. `isForever`: it has no lifetime, so no agent of ours has put it there. */
export type HostAddress = {
  readonly device: string;
  readonly address: string;
  readonly prefix: number;
  readonly isForever: boolean;
};

/** All addresses of this host that other hosts can reach. Rejects with `ToolError`. */
export async function hostAddresses(ip: Tool): Promise<HostAddress[]> {
  const { stdout } = await ip.run([showingAll]);
  return addressesIn(stdout);
}

export const showingAll = "address show scope global";

/** Those that `ip` has printed. */
export function addressesIn(stdout: string): HostAddress[] {
  return [...stdout.matchAll(/^\d+: (\S+) +inet6? ([^/\s]+)(?:\/(\d+))? .*?valid_lft (\S+)/gm)].map(
    ([, device = "", address = "", prefix, lifetime]) => ({
      device,
      address,
      prefix: Number(prefix ?? hostPrefix(address)),
      isForever: lifetime === "forever",
    }),
  );
}

/** Why `ip` cannot be used; null: it can. */
export async function whyNoIp(ip: Tool): Promise<string | null> {
  try {
    await ip.run([]);
    return null;
  } catch (error) {
    if (error instanceof ToolError) return error.message;
    throw error;
  }
}

/** `ip` that stays, for what is done often and has to be done soon. */
export function createIp(started?: Started): Tool {
  const sentinel = /^\d+: lo +inet 127\.0\.0\.1\/.*\n/m;
  return createTool(
    {
      command: "ip",
      args: ["-force", "-oneline", "-batch", "-"],
      // Not `link show`: after one, `ip` 6.1 lists links where it is asked for addresses.
      sentinel: "address show dev lo to 127.0.0.1",
      sentinelAt: (printed) => sentinel.exec(printed)?.index ?? null,
    },
    started,
  );
}

/** As the kernel and its tools print it (RFC 5952). */
export function canonicalText(address: string): string {
  return new SocketAddress({ address, family: familyOf(address) === 6 ? "ipv6" : "ipv4" }).address;
}

/** The prefix in which an address is alone. */
export function hostPrefix(address: string): 32 | 128 {
  return familyOf(address) === 6 ? 128 : 32;
}

/** A virtual IP is alone in its prefix: a route to its network is the node's own address's to make. */
export function cidr(address: string): string {
  return `${address}/${hostPrefix(address)}`;
}

/** A command that lists this address if it is on the device, and else nothing. */
export function showing(address: string, device: string): string {
  return `address show dev ${device} to ${address}`;
}

export function deleting(address: string, device: string): string {
  return `address delete ${cidr(address)} dev ${device}`;
}

/** Whether `address show … to ADDRESS` has found it. */
export function isListed(stdout: string, address: string): boolean {
  return timesListed(stdout, address) > 0;
}

/** How often it was there. @param device on this device alone */
export function timesListed(stdout: string, address: string, device?: string): number {
  const lines = stdout.split("\n").filter((line) => line.includes(` ${address}/`));
  return lines.filter((line) => device === undefined || /^\d+: (\S+) /.exec(line)?.[1] === device).length;
}
