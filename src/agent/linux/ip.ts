import { execFile } from "node:child_process";
import { isIPv6 } from "node:net";
import { promisify } from "node:util";
import { z } from "zod";
import { createTool, type Tool } from "./tool.ts";

const run = promisify(execFile);

/** An address of a device, as `ip -json address` tells it. */
export type HostAddress = { readonly device: string; readonly address: string; readonly prefix: number };

const addressListSchema = z.array(
  z.object({
    ifname: z.string(),
    addr_info: z.array(z.object({ local: z.string().exactOptional(), prefixlen: z.int() })).default([]),
  }),
);

/** All addresses of this host. Rejects when `ip` cannot be run. */
export async function hostAddresses(): Promise<HostAddress[]> {
  const { stdout } = await run("ip", ["-json", "address", "show"], { timeout: 5_000 });
  return addressListSchema
    .parse(JSON.parse(stdout))
    .flatMap(({ ifname: device, addr_info: addresses }) =>
      addresses.flatMap(({ local: address, prefixlen: prefix }) =>
        address === undefined ? [] : [{ device, address, prefix }],
      ),
    );
}

/** `ip` that stays, for what is done often and has to be done soon. */
export function createIp(): Tool {
  const sentinel = /^\d+: lo\b.*\n/m;
  return createTool({
    command: "ip",
    args: ["-force", "-oneline", "-batch", "-"],
    // Not `link show`: after one, `ip` 6.1 lists links where it is asked for addresses.
    sentinel: "address show dev lo to 127.0.0.1",
    sentinelAt: (printed) => sentinel.exec(printed)?.index ?? null,
  });
}

/** A virtual IP is alone in its prefix: a route to its network is the node's own address's to make. */
export function cidr(address: string): string {
  return `${address}/${isIPv6(address) ? 128 : 32}`;
}

/** Whether `address show … to ADDRESS` has found it: `ip` prints the device even when it has none that was asked for. */
export function isListed(stdout: string, address: string): boolean {
  return timesListed(stdout, address) > 0;
}

/** In how many of several looks it was there. */
export function timesListed(stdout: string, address: string): number {
  return stdout.split(` ${address}/`).length - 1;
}
