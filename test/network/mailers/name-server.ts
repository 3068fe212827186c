import { mkdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../support/until.ts";
import type { Host } from "../lan.ts";
import { namedWith } from "../named.ts";

/**
 * A real name server on this host, for its address on the client side; it goes with the network. What is in none of its zones it refuses
 * to answer.
 *
 * @param zones records by the name of their zone
 */
export async function openNameServer(
  host: Host,
  folder: string,
  zones: Readonly<Record<string, string>>,
): Promise<void> {
  const address = host.addressOn("client");
  const named = host.start("named", namedWith({ folder, address }, zones));
  let said = "";
  named.stderr?.on("data", (text: Buffer) => (said += text.toString("utf8")));
  const [zone = ""] = Object.keys(zones);
  const answers = async (): Promise<boolean> =>
    (await host.run("dig", `@${address}`, "+short", "+tries=1", "+time=2", zone, "SOA").catch(() => "")) !== "";
  await until(answers, 20_000, "the name server").catch((error: Error) => {
    throw new Error(`${error.message}\n${said}`);
  });
}

/** Has what is started on this host from now on ask there. Resolves names as before when it is called off. */
export function askAt(host: Host, address: string): () => void {
  // What `ip netns exec` puts in the place of /etc/resolv.conf (ip-netns(8)).
  const folder = join("/etc/netns", host.namespace);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "resolv.conf"), `nameserver ${address}\noptions timeout:1 attempts:1\n`);
  return () => {
    rmSync(folder, { recursive: true });
    try {
      rmdirSync("/etc/netns");
    } catch {
      // Somebody else's are in it.
    }
  };
}
