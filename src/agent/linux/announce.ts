import { familyOf } from "../../cluster/definition/ip-address.ts";
import { messageOf } from "../../mta/message-of.ts";
import { askFrom } from "./question.ts";
import { askRouter, type RouterTools } from "./router.ts";
import { notFound } from "./shell.ts";
import { ToolError } from "./tool.ts";

/** When the neighbours are told, in milliseconds after the address was taken: a frame may be lost, a switch may be slow. */
const announcedAfterMs = [0, 50, 250, 1_000, 3_000] as const;
/** How much later in another form: two programs that start at one time keep each other waiting, and most heed the first form. */
const nextFormAfterMs = 10;
/** When the router is asked whether it has heard of it. */
const checkedAfterMs = 400;

export type Announcer = {
  /**
   * Tells the neighbours, at once and a few times more, that this address is here. Nobody waits for it.
   * @param mayBeHere asked each time: a process that was stopped comes to what is due before it finds out what it has missed
   */
  readonly announce: (address: string, device: string, mayBeHere: () => boolean) => void;
  /** Nothing more is sent for this address. */
  readonly cancel: (address: string) => void;
};

export type AnnouncerOptions = RouterTools & {
  /** Nobody can be told. */
  readonly failed: (reason: string) => void;
  /** The router of its network does not answer to the address. */
  readonly unanswered: (address: string, router: string) => void;
};

/**
 * Gratuitous ARP in both forms, as RFC 5227 section 3 counts them (some stacks heed requests alone, others replies), and
 * unsolicited neighbour advertisements (RFC 4861 section 7.2.6) for IPv6.
 */
export function createAnnouncer({ failed, unanswered, ...tools }: AnnouncerOptions): Announcer {
  const { shell } = tools;
  const timers = new Map<string, NodeJS.Timeout[]>();

  function cancel(address: string): void {
    for (const timer of timers.get(address) ?? []) clearTimeout(timer);
    timers.delete(address);
  }

  /** `arping` sends at once and stays for a second more, listening; what it then says of answers is of no use. */
  async function send(words: Words): Promise<void> {
    try {
      const { code, said } = await shell.run(words);
      if (code === notFound) failed(`${words[0]}: ${said}`);
    } catch (error) {
      // It was sent when it started, and is only slow to end.
      if (error instanceof ToolError && error.code === "tool-hangs") return;
      failed(`${words[0]}: ${messageOf(error)}`);
    }
  }

  async function check(address: string, device: string): Promise<void> {
    const asked = await askRouter(tools, address, device).catch(() => null);
    // One that has been taken away meanwhile need not be known to anybody.
    if (asked !== null && !asked.answers && timers.has(address)) unanswered(address, asked.router);
  }

  return {
    announce: (address, device, mayBeHere) => {
      const tell = (words: Words): void => {
        if (mayBeHere()) void send(words);
      };
      cancel(address);
      const planned = commandsFor(address, device).flatMap((words, form) =>
        announcedAfterMs.map((after) => ({ words, after: after + form * nextFormAfterMs })),
      );
      if (familyOf(address) === 4) askFrom(address);
      for (const { words } of planned.filter(({ after }) => after === 0)) tell(words);
      const later = planned.filter(({ after }) => after > 0);
      timers.set(address, [
        ...later.map(({ words, after }) => setTimeout(() => tell(words), after)),
        ...(familyOf(address) === 6 ? [] : [setTimeout(() => void check(address, device), checkedAfterMs)]),
      ]);
    },
    cancel,
  };
}

type Words = readonly [command: string, ...args: string[]];

function commandsFor(address: string, device: string): Words[] {
  if (familyOf(address) === 6) return [["ndptool", "-t", "na", "-U", "-i", device, "-T", address, "send"]];
  return ["-U", "-A"].map((form) => ["arping", "-q", form, "-c", "1", "-I", device, address]);
}
