import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Ends every TCP connection that is bound to an address which is no longer here: otherwise it lives on unseen, and resumes by
 * itself when the address comes back to this host. Both sides of a program see ECONNABORTED at once.
 */
export async function destroySockets(address: string): Promise<void> {
  await run("ss", ["-K", "src", address.includes(":") ? `[${address}]` : address], { timeout: 1_000 });
}
