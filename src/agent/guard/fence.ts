import type { Shell } from "../linux/shell.ts";
import type { Tool } from "../linux/tool.ts";
import { deleting, isListed, showing } from "../linux/ip.ts";
import { closing } from "../linux/filter.ts";
import type { GuardedAgent, Ward } from "./words.ts";

export type FenceTools = { readonly ip: Tool; readonly nft: Tool; readonly shell: Shell };

/** Closes the filter and takes the addresses away. True when none of them is here any more. */
export async function fence({ ip, nft }: FenceTools, agent: GuardedAgent, wards: readonly Ward[]): Promise<boolean> {
  const addresses = wards.flatMap((ward) => ward.addresses);
  if (addresses.length === 0) return true;
  const { table } = agent;
  // Without nft the lifetime and this removal are what there is: none of them waits for the other.
  const closed = table === null ? null : nft.run(addresses.map(({ address }) => closing(table, address).join("; ")));
  const removed = ip.run([
    ...addresses.map(({ address, device }) => deleting(address, device)),
    ...addresses.map(({ address, device }) => showing(address, device)),
  ]);
  const [, listed] = await Promise.allSettled([closed, removed]);
  return listed.status === "fulfilled" && !addresses.some(({ address }) => isListed(listed.value.stdout, address));
}
