import { messageOf } from "../../mta/message-of.ts";
import { notFound, type Shell } from "./shell.ts";

/** When the neighbours are told again, in milliseconds after the address was taken: a frame may be lost, a switch may be slow. */
const toldAgainAfterMs = [50, 250, 1_000, 3_000] as const;

export type Announcer = {
  /** Tells the neighbours, at once and a few times more, that this address is here. Nobody waits for it. */
  readonly announce: (address: string, device: string) => void;
  /** Nothing more is sent for this address. */
  readonly cancel: (address: string) => void;
};

/**
 * Gratuitous ARP in both forms, as RFC 5227 section 3 counts them (some stacks heed requests alone, others replies), and
 * unsolicited neighbour advertisements (RFC 4861 section 7.2.6) for IPv6.
 */
export function createAnnouncer(failed: (reason: string) => void, shell: Shell): Announcer {
  const timers = new Map<string, NodeJS.Timeout[]>();

  function cancel(address: string): void {
    for (const timer of timers.get(address) ?? []) clearTimeout(timer);
    timers.delete(address);
  }

  /** `arping` sends at once and stays for a second more, listening; what it then says of answers is of no use. */
  async function send(words: readonly [command: string, ...args: string[]]): Promise<void> {
    try {
      const { code, said } = await shell.run(words);
      if (code === notFound) failed(`${words[0]}: ${said}`);
    } catch (error) {
      failed(`${words[0]}: ${messageOf(error)}`);
    }
  }

  function sendAll(address: string, device: string): void {
    for (const words of commandsFor(address, device)) void send(words);
  }

  return {
    announce: (address, device) => {
      cancel(address);
      sendAll(address, device);
      timers.set(
        address,
        toldAgainAfterMs.map((after) => setTimeout(() => sendAll(address, device), after)),
      );
    },
    cancel,
  };
}

function commandsFor(address: string, device: string): [command: string, ...args: string[]][] {
  if (address.includes(":")) return [["ndptool", "-t", "na", "-U", "-i", device, "-T", address, "send"]];
  return ["-U", "-A"].map((form) => ["arping", "-q", form, "-c", "1", "-I", device, address]);
}
