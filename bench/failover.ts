// Time without the virtual IP, for each way in which a node can lose it: node bench/failover.ts [rounds] [ttlMs]
// Needs root, iproute2, nftables and iputils-arping; its hosts are network namespaces, which it removes.
import { type AddressEvent, recordAddress } from "../test/network/address-record.ts";
import { virtualAddress } from "../test/network/lan.ts";
import { cluster, expectOk, group, openStage, type Stage } from "../test/network/stage.ts";
import { until } from "../test/support/until.ts";

const rounds = Number(process.argv[2] ?? 10);
const ttlMs = Number(process.argv[3] ?? 2_000);
const only = process.argv[4];

type Scene = {
  readonly name: string;
  readonly play: (stage: Stage, owner: string, standby: string) => Promise<() => Promise<void>>;
};

const nothing = async (): Promise<void> => {};

const scenes: readonly Scene[] = [
  {
    name: "clean move",
    play: async (stage, _owner, standby) => {
      await expectOk(stage.client.moveGroup(cluster, group, { target: standby }));
      return nothing;
    },
  },
  {
    name: "agent SIGKILL",
    play: async (stage, owner) => {
      stage.agent(owner).kill("SIGKILL");
      return async () => void stage.startAgent(owner);
    },
  },
  {
    name: "agent SIGSTOP",
    play: async (stage, owner) => {
      const agent = stage.agent(owner);
      agent.kill("SIGSTOP");
      return async () => {
        agent.kill("SIGKILL");
        await until(() => agent.signalCode !== null, 5_000, "its end");
        stage.startAgent(owner);
      };
    },
  },
  {
    name: "agent and guard SIGKILL",
    play: async (stage, owner) => {
      await stage.killAll(owner);
      return async () => void stage.startAgent(owner);
    },
  },
  {
    name: "control link cut",
    play: async (stage, owner) => {
      await stage.node(owner).setLink("control", "down");
      return () => stage.node(owner).setLink("control", "up");
    },
  },
  {
    name: "all links cut",
    play: async (stage, owner) => {
      for (const side of ["control", "client"] as const) await stage.node(owner).setLink(side, "down");
      return async () => {
        for (const side of ["control", "client"] as const) await stage.node(owner).setLink(side, "up");
      };
    },
  },
];

const stage = await openStage({ ttlMs, renewMs: Math.floor(ttlMs / 4) });
try {
  for (const name of ["NODE1", "NODE2"]) stage.startAgent(name);
  await bothUp();
  console.log(
    `ttl ${ttlMs} ms, ${rounds} rounds each, milliseconds (least/median/most), by the kernels' records of the address`,
  );
  console.log(`${"".padEnd(26)} ${"from failure".padEnd(20)} ${"without address".padEnd(20)} overlap`);
  for (const scene of scenes.filter(({ name }) => only === undefined || name.includes(only))) {
    const since: number[] = [];
    const without: number[] = [];
    let overlap = 0;
    for (let round = 0; round < rounds; round += 1) {
      const owner = await ownerOf();
      const standby = owner === "NODE1" ? "NODE2" : "NODE1";
      const records = [
        await recordAddress(stage.node(owner), virtualAddress),
        await recordAddress(stage.node(standby), virtualAddress),
      ];
      const startedAt = performance.timeOrigin + performance.now();
      const mend = await scene.play(stage, owner, standby);
      await stage.ownerIs(standby, 30_000);
      await until(() => records[1]?.events().some(({ what }) => what === "added") ?? false, 5_000);
      const events = records.flatMap((record) => record.events());
      const measured = judge(events, owner, standby, startedAt);
      since.push(measured.sinceMs);
      without.push(measured.withoutMs);
      overlap = Math.max(overlap, measured.overlapMs);
      for (const record of records) await record.end();
      await mend();
      await bothUp();
    }
    console.log(
      `${scene.name.padEnd(26)} ${spread(since).padEnd(20)} ${spread(without).padEnd(20)} ${overlap.toFixed(0)}`,
    );
  }
} finally {
  await stage.close();
}

/** By the kernels' records. `sinceMs`: from the failure to the address on the other host. */
function judge(events: readonly AddressEvent[], owner: string, standby: string, startedAt: number) {
  const added = events.find(({ host, what }) => host === standby && what === "added")?.at ?? Number.NaN;
  const removed = events.find(({ host, what }) => host === owner && what === "removed")?.at ?? Number.POSITIVE_INFINITY;
  return {
    sinceMs: added - startedAt,
    withoutMs: Math.max(0, added - removed),
    overlapMs: Number.isFinite(removed) ? Math.max(0, removed - added) : 0,
  };
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((value) => value?.toFixed(0)).join("/");
}

async function ownerOf(): Promise<string> {
  return (await expectOk(stage.client.getCluster(cluster))).groups[group]?.owner ?? "";
}

async function bothUp(): Promise<void> {
  await until(
    async () => {
      const { nodes, groups } = await expectOk(stage.client.getCluster(cluster));
      return ["NODE1", "NODE2"].every((name) => nodes[name]?.state === "Up") && groups[group]?.state === "Online";
    },
    60_000,
    "both nodes up",
  );
}
