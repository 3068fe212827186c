import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "../../src/client/http-client.ts";
import { monotonicMs } from "../../src/mta/clock.ts";
import type { Events } from "../../src/protocol/journal.ts";
import { cluster, expectOk } from "../../test/network/stage.ts";
import { until } from "../../test/support/until.ts";
import type { WallClock } from "./clock.ts";
import type { Entry, Journal } from "./history.ts";

const everyMs = 250;
const page = 1_000;

/** Reads the journal while it grows, as often as the control plane answers; and all of it at the end. */
export function readJournal(client: Client, clock: WallClock): { readonly end: () => Promise<Journal> } {
  const polled: Events["events"] = [];
  const rolledBack: Journal["rolledBack"][number][] = [];
  let isOver = false;
  let after = 0;

  async function poll(): Promise<void> {
    const answer = await client.events(cluster, after, page);
    if (!answer.ok) return;
    const { events, last } = answer.value;
    if (last < after) rolledBack.push({ at: monotonicMs(), after, last });
    polled.push(...events);
    after = events.at(-1)?.seq ?? after;
  }
  async function pollOn(): Promise<void> {
    for (; !isOver; await delay(everyMs)) await poll();
  }
  const polling = pollOn();

  const entryOf = (event: Events["events"][number]): Entry => {
    const { seq, at, kind, node, group, epoch } = event;
    return { seq, at: clock.toMonotonic(at), kind, node, group, epoch, text: JSON.stringify(event) };
  };
  return {
    end: async () => {
      isOver = true;
      await polling;
      return { polled: polled.map(entryOf), rolledBack, exported: (await all(client)).map(entryOf) };
    },
  };
}

async function all(client: Client): Promise<Events["events"]> {
  await until(async () => (await client.events(cluster, 0, 1)).ok, 60_000, "the journal");
  const read: Events["events"] = [];
  for (;;) {
    const { events, last } = await expectOk(client.events(cluster, read.at(-1)?.seq ?? 0, page));
    read.push(...events);
    if (events.length === 0 || (read.at(-1)?.seq ?? 0) >= last) return read;
  }
}
