import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { type Host, neighbourOf, virtualAddress } from "./lan.ts";
import { cluster, expectOk, group, openStage, type Stage } from "./stage.ts";

// Each fence alone: the others are stopped, or are not there, and the kernel's lifetime of the address is taken from it.
const ttlMs = 2_000;
let stage: Stage;
/** A PATH without nft. */
let bin = "";

beforeAll(async () => {
  stage = await openStage({ ttlMs, renewMs: ttlMs / 4 });
  const links = "for t in ip ss arping ndptool; do ln -s $(command -v $t) $d/$t; done";
  bin = (await stage.node("NODE2").run("sh", "-c", `d=$(mktemp -d) && ${links} && echo $d`)).trim();
  stage.startAgent("NODE1");
  stage.startAgent("NODE2", { PATH: bin });
  await stage.bothUp();
});
afterAll(async () => {
  await stage.node("NODE2").run("rm", "-r", bin);
  await stage.close();
});

async function moveTo(name: string): Promise<void> {
  await stage.bothUp();
  const { groups } = await expectOk(stage.client.getCluster(cluster));
  if (groups[group]?.owner !== name) await expectOk(stage.client.moveGroup(cluster, group, { target: name }));
  await stage.ownerIs(name);
}

const shown = (host: Host) => host.run("ip", "-oneline", "address", "show", "to", virtualAddress);
/** The kernel does not take it away any more. */
const keep = (host: Host) =>
  host.run("sh", "-c", `ip address change ${virtualAddress}/32 dev client valid_lft forever preferred_lft forever`);

test(
  "LX2: the filter alone: agent and guard are stopped, the address stays, and nothing leaves from it",
  { timeout: 60_000 },
  async () => {
    await moveTo("NODE1");
    const owner = stage.node("NODE1");
    const peer = stage.lan.host("PEER");
    const call = () => peer.run("ping", "-c", "1", "-W", "1", virtualAddress);
    await call();
    await stage.signal("NODE1", "both", "SIGSTOP");
    await keep(owner);
    await stage.ownerIs("NODE2");
    await call();
    expect(await shown(owner), "it is still there").toContain(virtualAddress);
    await owner.run("arping", "-q", "-U", "-c", "1", "-w", "1", "-I", "client", virtualAddress).catch(() => "");
    const answered = owner.run("ping", "-c", "1", "-W", "1", "-I", virtualAddress, peer.addressOn("client"));
    await expect(answered).rejects.toThrow();
    expect(await neighbourOf(peer, virtualAddress)).toContain(await stage.node("NODE2").macOn("client"));
    await stage.signal("NODE1", "both", "SIGCONT");
    await until(async () => !(await shown(owner)).includes(virtualAddress), 10_000, "its removal");
    // Whether the agent came round in time, or was ended by its guard.
    if (stage.agent("NODE1").signalCode !== null) stage.startAgent("NODE1");
  },
);

test(
  "GU1: the guard alone: the agent is stopped, there is no filter, and the address goes at its deadline",
  { timeout: 60_000 },
  async () => {
    await moveTo("NODE2");
    const owner = stage.node("NODE2");
    const agent = stage.agent("NODE2");
    await stage.signal("NODE2", "agent", "SIGSTOP");
    await keep(owner);
    await until(async () => !(await shown(owner)).includes(virtualAddress), ttlMs + 500, "its removal");
    await until(() => agent.signalCode === "SIGKILL", 5_000, "the end of the stopped agent");
    await stage.ownerIs("NODE1");
    stage.startAgent("NODE2", { PATH: bin });
  },
);

test(
  "LX1: the fuse alone: the guard is stopped, there is no filter, and the address goes when its lease is over",
  { timeout: 60_000 },
  async () => {
    await moveTo("NODE2");
    const owner = stage.node("NODE2");
    await stage.signal("NODE2", "guard", "SIGSTOP");
    await owner.setLink("control", "down");
    await keep(owner);
    await until(async () => !(await shown(owner)).includes(virtualAddress), ttlMs + 500, "its removal");
    await stage.ownerIs("NODE1");
    await owner.setLink("control", "up");
    await stage.signal("NODE2", "guard", "SIGCONT");
  },
);

test(
  "LX3: the kernel's lifetime alone: agent and guard are gone, there is no filter",
  { timeout: 60_000 },
  async () => {
    await moveTo("NODE2");
    const owner = stage.node("NODE2");
    await stage.killAll("NODE2");
    await until(async () => !(await shown(owner)).includes(virtualAddress), ttlMs + 2_500, "its removal");
    await stage.ownerIs("NODE1");
  },
);
