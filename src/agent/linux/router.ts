import type { Shell } from "./shell.ts";
import type { Tool } from "./tool.ts";

export type RouterTools = { readonly ip: Tool; readonly shell: Shell };

/**
 * Asks the router of a device from an IPv4 address of this host, by ARP. To answer, it has to know who has the address now, so that the
 * question tells it once more (RFC 826, "Packet Reception"). Null: there is no router there, or nobody can be asked.
 */
export async function askRouter(
  { ip, shell }: RouterTools,
  address: string,
  device: string,
): Promise<{ readonly router: string; readonly answers: boolean } | null> {
  const { stdout } = await ip.run([`route show default dev ${device}`]);
  const router = /^default via (\d[\d.]+) /m.exec(stdout)?.[1];
  if (router === undefined) return null;
  const { code } = await shell.run(["arping", "-q", "-f", "-c", "1", "-w", "1", "-s", address, "-I", device, router]);
  // 1 is "no answer"; everything else is something that hinders the asking, which the announcements meet as well.
  return code === 0 || code === 1 ? { router, answers: code === 0 } : null;
}
