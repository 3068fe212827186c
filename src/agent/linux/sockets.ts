import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { familyOf } from "../../cluster/definition/ip-address.ts";
import { messageOf } from "../../mta/message-of.ts";
import { lacks, lineOf } from "./lacks.ts";
import { createShell, notFound, type Shell } from "./shell.ts";
import { ToolError } from "./tool.ts";

/**
 * Ends every TCP connection that is bound to one of these addresses, which are no longer here: otherwise it lives on unseen, and
 * resumes by itself when the address comes back to this host. Who holds it sees ECONNABORTED at once. It takes some 20 ms, and
 * nothing has to wait for it but the address itself, before it comes back: what cannot leave speaks to nobody.
 */
export async function destroySockets(shell: Shell, addresses: readonly string[]): Promise<void> {
  const bound = addresses.map((address) => `src ${familyOf(address) === 6 ? `[${address}]` : address}`);
  if (bound.length > 0) await destroy(shell, bound.join(" or "));
}

/** The same for who goes on without it. Never rejects: it says why not. */
export async function freeSockets(
  shell: Shell,
  addresses: readonly string[],
  say: (code: string, detail: string) => void,
): Promise<void> {
  await destroySockets(shell, addresses).catch((error: unknown) =>
    say("sockets-not-destroyed", lineOf(lacks.endingSockets(messageOf(error)))),
  );
}

/** @param which a filter of ss(8) */
async function destroy(shell: Shell, which: string): Promise<void> {
  const { code, said } = await shell.run(["ss", "-K", "-t", which]);
  if (code !== 0) throw new ToolError(code === notFound ? "tool-missing" : "tool-ended", `ss: ${said}`);
}

/** The end of a socket is seen within milliseconds. */
const endedWithinMs = 300;

/**
 * Why this process can end no connection; null: it can. Tried on one of its own, on loopback: a kernel that has not learned it
 * (CONFIG_INET_DIAG_DESTROY) lets `ss` end well.
 */
export async function whyNoDestroying(): Promise<string | null> {
  const server = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, "127.0.0.1");
  const shell = createShell();
  try {
    await once(socket, "connect");
    const ended = new Promise<true>((resolve) => socket.once("error", () => resolve(true)));
    // Another program may have the same port, and another peer.
    await destroy(shell, `src 127.0.0.1:${socket.localPort} and dst 127.0.0.1:${port}`);
    return (await Promise.race([ended, delay(endedWithinMs, false)])) ? null : "the kernel does not do it";
  } catch (error) {
    return messageOf(error);
  } finally {
    socket.destroy();
    server.close();
    await shell.end();
  }
}
