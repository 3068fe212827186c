import { execFile } from "node:child_process";
import { isIPv6 } from "node:net";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Ends every TCP connection that is bound to one of these addresses, which are no longer here: otherwise it lives on unseen, and
 * resumes by itself when the address comes back to this host. Who holds it sees ECONNABORTED at once. It takes some 20 ms, and
 * nothing has to wait for it but the address itself, before it comes back: what cannot leave speaks to nobody.
 */
export async function destroySockets(addresses: readonly string[]): Promise<void> {
  const bound = addresses.map((address) => `src ${isIPv6(address) ? `[${address}]` : address}`);
  if (bound.length > 0) await run("ss", ["-K", "-t", bound.join(" or ")], { timeout: 1_000 });
}
