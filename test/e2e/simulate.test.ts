import { afterEach, expect, test } from "vitest";
import { exchange, type ExchangeNode } from "../../src/cli/local/exchange.ts";
import type { ClusterDefinition, GroupDefinition } from "../../src/cluster/definition/definition.ts";
import type { ScriptItem } from "../../src/cluster/simulate/script.ts";
import { byGroup, type Told } from "../support/told.ts";
import { until } from "../support/until.ts";
import { openExchange, type TestExchange } from "./support.ts";

let cluster: TestExchange | null = null;
afterEach(async () => {
  await cluster?.close();
  cluster = null;
});

const files: GroupDefinition = {
  preferredOwners: ["NODE2"],
  dependsOn: [exchange.group],
  onControlPlaneLoss: "drop",
  properties: {},
  resources: { Disk: { type: "Physical Disk", dependsOn: [], possibleOwners: [], properties: {} } },
};

test(
  "EX7: a running cluster does to each group, in this order, what the simulation said just before",
  { timeout: 300_000 },
  async () => {
    const opened = await openExchange();
    cluster = opened;
    const { running, stage } = opened;
    // Long enough for the processes of a machine that is busy with other tests: here it is not the time that counts.
    const calm: ClusterDefinition = { ...stage.definition, lease: { ttlMs: 6_000, renewMs: 1_000 } };
    await running.ask((client) => client.putCluster(exchange.cluster, calm));
    const agents = new Map(exchange.nodes.map((node) => [node, running.startAgent(node)]));
    await opened.bound("NODE1", 45_000);
    const isQuiet = async (): Promise<boolean> => {
      const { groups, nodes } = await opened.view();
      const up = Object.values(nodes).every(({ leaseRemainingMs }) => leaseRemainingMs != null);
      return up && Object.values(groups).every(({ state, waiting }) => state === "Online" && waiting === null);
    };
    await until(isQuiet, 60_000, "everything online");

    // What was told after the last part and before the next counts with the next: it would not have been foreseen.
    let seen = (await opened.view()).lastEvent;
    const told = async (): Promise<Told[]> =>
      (await running.ask((client) => client.events(exchange.cluster, seen))).events;

    /** The steps of one part, each of which comes to rest before the next. */
    async function compare(what: string, steps: readonly (readonly [ScriptItem, () => Promise<unknown>])[]) {
      for (const [item, carryOut] of steps) {
        const foreseen = await running.ask((client) => client.simulate(exchange.cluster, [item]));
        expect(foreseen.items, what).toMatchObject([{ refused: null }]);
        const expected = byGroup(foreseen.entries);
        await carryOut();
        const count = (by: Record<string, string[]>): number => Object.values(by).flat().length;
        const isTold = async (): Promise<boolean> => count(byGroup(await told())) >= count(expected);
        await until(isTold, 45_000, `${what}: ${JSON.stringify(expected)}`);
        const entries = await told();
        expect(byGroup(entries), what).toEqual(expected);
        seen += entries.length;
      }
    }
    const owner = async (): Promise<ExchangeNode> => {
      const group = await opened.group();
      const node = exchange.nodes.find((name) => name === group.owner);
      if (node === undefined) throw new Error(`${exchange.group} is owned by ${group.owner}`);
      return node;
    };

    const first = await owner();
    await compare("the owner is killed", [
      [{ do: "node-down", node: first }, async () => agents.get(first)?.kill()],
      [{ do: "node-up", node: first }, async () => agents.set(first, running.startAgent(first))],
    ]);
    await until(isQuiet, 45_000, "both nodes up");

    await compare("a move", [
      [
        { do: "move", group: exchange.group, target: first },
        () => running.ask((client) => client.moveGroup(exchange.cluster, exchange.group, { target: first })),
      ],
    ]);
    await until(isQuiet, 45_000, "the group online after its move");

    const resource = "Exchange MTA";
    for (let failure = 0; failure < 4; failure += 1) {
      await compare(`failure ${failure + 1}`, [
        [
          { do: "fail", group: exchange.group, resource },
          () => running.ask((client) => client.commandResource(exchange.cluster, exchange.group, resource, "fail")),
        ],
      ]);
      await until(isQuiet, 45_000, "the group online after a failure");
    }
    expect(await owner(), "the fourth failure goes beyond the threshold").not.toBe(first);

    const drained = await owner();
    await compare("a drain and a resumption", [
      [
        { do: "pause", node: drained, drain: true, target: null },
        () => running.ask((client) => client.pauseNode(exchange.cluster, drained, { drain: true })),
      ],
      [
        { do: "resume", node: drained, failback: "policy" },
        () => running.ask((client) => client.resumeNode(exchange.cluster, drained)),
      ],
    ]);
    await until(isQuiet, 45_000, "the group online after the drain");

    const definition: ClusterDefinition = {
      ...calm,
      groups: { ...calm.groups, Files: files },
    };
    await compare("a second group", [
      [
        { do: "define", definition, force: false },
        () => running.ask((client) => client.putCluster(exchange.cluster, definition)),
      ],
    ]);
    await until(isQuiet, 45_000, "both groups online");
    const { groups } = await opened.view();
    expect(groups["Files"]).toMatchObject({ owner: "NODE2", epoch: 1 });
    const explained = await running.ask((client) => client.explainGroup(exchange.cluster, "Files"));
    expect(explained).toMatchObject({ owner: "NODE2", because: { code: "new" }, resources: [], blocked: [] });
  },
);
