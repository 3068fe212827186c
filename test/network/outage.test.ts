import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Attempt } from "../../bench/live/history.ts";
import { eachLine } from "../support/lines.ts";
import { until } from "../support/until.ts";
import { recordAddress } from "./address-record.ts";
import { serve } from "./connections.ts";
import { virtualAddress } from "./lan.ts";
import { cluster, expectOk, group, openStage, type Stage } from "./stage.ts";

const ttlMs = 2_000;
/** Many times a ttl; `BRIDGEHEAD_OUTAGE_S=300` makes it five minutes. */
const outageMs = Number(process.env["BRIDGEHEAD_OUTAGE_S"] ?? 12) * 1_000;
const callerFile = fileURLToPath(import.meta.resolve("../../bench/live/caller.ts"));
let stage: Stage;

type Said = Omit<Attempt, "node">;

beforeAll(async () => {
  stage = await openStage({ ttlMs, renewMs: ttlMs / 4 }, "hold-while-peers-agree");
  await serve(stage.lan.host("PEER"));
  for (const name of ["NODE1", "NODE2"]) {
    stage.startAgent(name, {}, ["--peer-listen", `${stage.node(name).addressOn("client")}:7946`]);
    await stage.ownerIs("NODE1");
  }
  await stage.bothUp();
  await peerAgrees();
}, 90_000);
afterAll(() => stage.close());

/** The owner has the other node's word. */
const peerAgrees = () =>
  until(
    async () => (await expectOk(stage.client.getGroup(cluster, group))).peers.some(({ agrees }) => agrees),
    15_000,
    "the peer's word",
  );

/** Asks the node's agent, and calls the peer as it is told, over and over. */
function callFrom(name: string): { readonly said: () => readonly Said[] } {
  const partner = stage.lan.host("PEER").addressOn("client");
  const child = stage.node(name).start(process.execPath, [callerFile, stage.socketOf(name), group, partner, "2525"]);
  const said: Said[] = [];
  eachLine(child, (line) => said.push(JSON.parse(line) as Said));
  return { said: () => said };
}

/** What did not come to an association from the virtual IP. */
const failed = (attempts: readonly Said[]): readonly Said[] =>
  attempts.filter(
    ({ answer, outcome }) =>
      answer.kind !== "BIND" || outcome.kind !== "opened" || !outcome.isWelcome || outcome.from !== virtualAddress,
  );

test(
  "PW2 the control plane is gone, and no association fails, no group moves, and the other node calls from nowhere",
  { timeout: outageMs + 60_000 },
  async () => {
    const [owner, standby] = [callFrom("NODE1"), callFrom("NODE2")];
    await until(() => owner.said().length > 5 && standby.said().length > 5, 10_000, "associations");
    expect(failed(owner.said())).toEqual([]);
    const records = await Promise.all(
      ["NODE1", "NODE2"].map((name) => recordAddress(stage.node(name), virtualAddress)),
    );

    await stage.signalControl("SIGKILL");
    const [ownerAt, standbyAt] = [owner.said().length, standby.said().length];
    await new Promise((resolve) => setTimeout(resolve, outageMs));
    const [calls, others] = [owner.said().slice(ownerAt), standby.said().slice(standbyAt)];
    expect(calls.length, "calls while nobody answers").toBeGreaterThan(outageMs / 250);
    expect(failed(calls)).toEqual([]);
    expect(others.map(({ answer }) => answer.kind).filter((kind) => kind === "BIND")).toEqual([]);

    await stage.startControl();
    await stage.ownerIs("NODE1");
    await stage.bothUp();
    expect(failed(owner.said().slice(ownerAt))).toEqual([]);
    expect((await expectOk(stage.client.getGroup(cluster, group))).epoch).toBe(1);
    await Promise.all(records.map((record) => record.end()));
    expect(records.flatMap((record) => record.events())).toEqual([]);
  },
);

test(
  "PW2 with the peer cut off as well it drops within a ttl, and is nobody's until the control plane is back",
  { timeout: 90_000 },
  async () => {
    await stage.bothUp();
    await peerAgrees();
    const records = await Promise.all(
      ["NODE1", "NODE2"].map((name) => recordAddress(stage.node(name), virtualAddress)),
    );
    await stage.signalControl("SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 2 * ttlMs));
    const cutAt = Date.now();
    await stage.node("NODE2").setLink("client", "down");
    await until(() => stage.logOf("NODE1").includes("fuse-blown"), 2 * ttlMs, "the end of the lease");
    await new Promise((resolve) => setTimeout(resolve, ttlMs));
    await Promise.all(records.map((record) => record.end()));
    const events = records.flatMap((record) => record.events());
    expect(events.map(({ host, what }) => `${host} ${what}`)).toEqual(["NODE1 removed"]);
    expect((events[0]?.at ?? Infinity) - cutAt).toBeLessThan(ttlMs);
    await stage.node("NODE2").setLink("client", "up");
    await stage.startControl();
    await stage.bothUp();
  },
);
test(
  "PW5 an owner that alone is cut off from the control plane loses the group to its peer, and drops it before that",
  { timeout: 90_000 },
  async () => {
    await stage.bothUp();
    const { owner = "" } = await expectOk(stage.client.getGroup(cluster, group));
    const other = owner === "NODE1" ? "NODE2" : "NODE1";
    const records = await Promise.all(
      [owner ?? "", other].map((name) => recordAddress(stage.node(name), virtualAddress)),
    );
    const cutAt = Date.now();
    await stage.node(owner ?? "").setLink("control", "down");
    await stage.ownerIs(other);
    await Promise.all(records.map((record) => record.end()));
    const events = records.flatMap((record) => record.events()).toSorted((a, b) => a.at - b.at);
    expect(events.map(({ host, what }) => `${host} ${what}`)).toEqual([`${owner} removed`, `${other} added`]);
    expect((events[1]?.at ?? Infinity) - cutAt, "its peer need not wait for the end of its promise").toBeLessThan(
      2 * ttlMs,
    );
    expect(stage.logOf(owner ?? "")).toContain("word-withdrawn");
    await stage.node(owner ?? "").setLink("control", "up");
    await stage.bothUp();
  },
);
