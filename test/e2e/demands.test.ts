import { afterEach, expect, test } from "vitest";
import type { JournalKind } from "../../src/cluster/journal.ts";
import { exchange } from "../../src/cli/local/exchange.ts";
import { until } from "../support/until.ts";
import { openExchange, type TestExchange } from "./support.ts";

let cluster: TestExchange | null = null;
afterEach(async () => {
  await cluster?.close();
  cluster = null;
});

const resource = "Exchange MTA";

test(
  "GP30: on a running cluster a resource that is failed, or restarted, on demand comes back under the same epoch",
  { timeout: 60_000 },
  async () => {
    const opened = await openExchange();
    cluster = opened;
    const { running } = opened;
    running.startAgent("NODE1");
    const epoch = await opened.bound("NODE1");
    const online = async (): Promise<boolean> => (await opened.group()).state === "Online";
    await until(online, 10_000, "the group online");

    const { after } = await running.ask((client) =>
      client.commandResource(exchange.cluster, exchange.group, resource, "fail"),
    );
    const kindsAfter = async (seq: number): Promise<JournalKind[]> => {
      const { events } = await running.ask((client) => client.events(exchange.cluster, seq));
      return events.filter(({ kind }) => !kind.startsWith("association.")).map(({ kind }) => kind);
    };
    await until(async () => (await kindsAfter(after)).includes("group.online"), 10_000, "the group online again");
    expect(await kindsAfter(after)).toEqual(["resource.fail-requested", "resource.failed", "group.online"]);
    const { events } = await running.ask((client) => client.events(exchange.cluster, after));
    expect(events.find(({ kind }) => kind === "resource.failed")).toMatchObject({
      mscsId: 1069,
      resource,
      details: { code: "failed-by-operator" },
    });
    expect(events.find(({ kind }) => kind === "resource.fail-requested")).toMatchObject({ actor: "admin", epoch });

    const restarted = await running.ask((client) =>
      client.commandResource(exchange.cluster, exchange.group, resource, "restart"),
    );
    await until(
      async () => (await kindsAfter(restarted.after)).includes("group.online"),
      10_000,
      "the group online once more",
    );
    expect(await kindsAfter(restarted.after)).toEqual(["resource.restart-requested", "group.online"]);
    expect((await opened.group()).epoch).toBe(epoch);
    expect(await opened.bound("NODE1")).toBe(epoch);
  },
);
