import { messageOf } from "../../mta/message-of.ts";
import { notFound, type Shell } from "./shell.ts";

/** When the neighbours are told, in milliseconds after the address was taken: a frame may be lost, a switch may be slow. */
const announcedAfterMs = [0, 50, 250, 1_000, 3_000] as const;
/** How much later in another form: two programs that start at one time keep each other waiting, and most heed the first form. */
const nextFormAfterMs = 10;

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

  return {
    announce: (address, device) => {
      cancel(address);
      const planned = commandsFor(address, device).flatMap((words, form) =>
        announcedAfterMs.map((after) => ({ words, after: after + form * nextFormAfterMs })),
      );
      for (const { words } of planned.filter(({ after }) => after === 0)) void send(words);
      const later = planned.filter(({ after }) => after > 0);
      timers.set(
        address,
        later.map(({ words, after }) => setTimeout(() => void send(words), after)),
      );
    },
    cancel,
  };
}

function commandsFor(address: string, device: string): [command: string, ...args: string[]][] {
  if (address.includes(":")) return [["ndptool", "-t", "na", "-U", "-i", device, "-T", address, "send"]];
  return ["-U", "-A"].map((form) => ["arping", "-q", form, "-c", "1", "-I", device, address]);
}
