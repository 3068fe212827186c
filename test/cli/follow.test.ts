import { expect, test } from "vitest";
import { CliError, exitCodes } from "../../src/cli/errors.ts";
import type { Ask } from "../../src/cli/api.ts";
import { follow } from "../../src/cli/follow.ts";
import type { WatchMessage } from "../../src/protocol/journal.ts";
import { entry } from "../support/journal-entry.ts";

const message = (seq: number): WatchMessage => ({ type: "entry", entry: entry(seq) });

test("CL23 after a gap the journal is followed from its end, and neither the gap nor an entry is told again", async () => {
  const stop = new AbortController();
  const asked: unknown[] = [];
  const told: unknown[] = [];
  const connections: WatchMessage[][] = [[{ type: "gap", after: 0, resumesAt: 100 }], [message(101)], [message(102)]];
  async function* messagesOf(messages: readonly WatchMessage[]): AsyncGenerator<WatchMessage> {
    yield* messages;
  }
  const watch = (_cluster: string, { after }: { readonly after?: number } = {}) => {
    asked.push(after);
    if (connections.length === 1) stop.abort();
    return messagesOf(connections.shift() ?? []);
  };
  // Of the client only the watch is asked for.
  const ask = (async (question: (client: unknown) => unknown) => question({ watch })) as unknown as Ask;
  await follow(ask, "exchange", 0, {
    signal: stop.signal,
    entry: ({ seq }) => told.push(seq),
    gap: (first, last) => told.push([first, last]),
  });
  expect(asked).toEqual([0, 100, 101]);
  expect(told).toEqual([[1, 100], 101, 102]);
});

test("CL23 a control plane that is away, or asked too much, ends no following, and any other refusal does", async () => {
  const refusals = [
    new CliError("unreachable", "away", exitCodes.unreachable),
    new CliError("rate-limited", "too often"),
    new CliError("forbidden", "not this token"),
  ];
  let asked = 0;
  const ask = (() => Promise.reject(refusals[asked++] ?? new Error("asked once more"))) as unknown as Ask;
  const following = follow(ask, "exchange", 0, { signal: new AbortController().signal, entry: () => {} });
  await expect(following).rejects.toMatchObject({ code: "forbidden" });
  expect(asked).toBe(3);
});
