import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { type AddressEvent, recordAddress } from "./address-record.ts";
import { type Host, neighbourOf, reaches, virtualAddress, virtualAddress6 } from "./lan.ts";
import { cluster, expectOk, group, openStage, type Stage } from "./stage.ts";

const ttlMs = 2_000;
let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ ttlMs, renewMs: ttlMs / 4 });
});
afterAll(() => stage.close());

/** What both kernels say of the address while a scene is played, oldest first. */
async function recorded(scene: () => Promise<void>): Promise<AddressEvent[]> {
  const records = await Promise.all(["NODE1", "NODE2"].map((name) => recordAddress(stage.node(name), virtualAddress)));
  await scene();
  await Promise.all(records.map((record) => record.end()));
  return records.flatMap((record) => record.events()).toSorted((a, b) => a.at - b.at);
}

/** A rule that has kept an ARP packet from leaving. */
const dropsArp = /arp saddr ip .* counter packets [1-9]\d* bytes \d+ drop/;

const said = (events: readonly AddressEvent[]): string[] => events.map(({ host, what }) => `${host} ${what}`);

test("LX2: a host that an address may come to is silent of it before it ever had it, whatever a program does there", async () => {
  stage.startAgent("NODE1");
  await stage.ownerIs("NODE1");
  stage.startAgent("NODE2");
  await stage.bothUp();
  const standby = stage.node("NODE2");
  const rules = () => standby.run("nft", "list", "ruleset");
  await until(async () => (await rules()).includes(virtualAddress), 10_000, "its filter");
  const heardOf = () => neighbourOf(stage.lan.host("PEER"), virtualAddress);
  const before = await heardOf();
  await standby.run("sysctl", "-q", "-w", "net.ipv4.ip_nonlocal_bind=1");
  await standby.run("arping", "-q", "-U", "-c", "1", "-w", "1", "-I", "client", virtualAddress).catch(() => "");
  await standby.run("sysctl", "-q", "-w", "net.ipv4.ip_nonlocal_bind=0");
  expect(await rules()).toMatch(dropsArp);
  expect(await heardOf()).toBe(before);
});

test("LX1: the address is on the owner alone, moves with the group, and a peer reaches it at once", async () => {
  await stage.bothUp();
  const peer = stage.lan.host("PEER");
  for (const address of [virtualAddress, virtualAddress6]) expect(await reaches(peer, address)).toBe(true);
  expect(await stage.node("NODE1").run("ip", "-oneline", "address", "show", "to", virtualAddress)).toContain(
    `client    inet ${virtualAddress}/32`,
  );
  const events = await recorded(async () => {
    await expectOk(stage.client.moveGroup(cluster, group, { target: "NODE2" }));
    await stage.ownerIs("NODE2");
  });
  expect(said(events)).toEqual(["NODE1 removed", "NODE2 added"]);
  for (const address of [virtualAddress, virtualAddress6]) expect(await reaches(peer, address)).toBe(true);
});

test("LX1: what a program of the owner does not bind calls from the host's own address, on both families", async () => {
  const owner = stage.node("NODE2");
  const peer = Number(stage.lan.host("PEER").addressOn("client").split(".").at(-1));
  const sourceTo = async (address: string): Promise<string | undefined> =>
    / src (\S+)/.exec(await owner.run("ip", "-oneline", "route", "get", address))?.[1];
  const own = owner.addressOn("client");
  expect(await sourceTo(stage.lan.host("PEER").addressOn("client"))).toBe(own);
  expect(await sourceTo(`2001:2:0:77::${peer}`)).toBe(`2001:2:0:77::${own.split(".").at(-1)}`);
});

test("LX2: rules that somebody has flushed are there again before the address is, and while it is there", async () => {
  const guards = async (host: Host) => /hook egress/.test(await host.run("nft", "list", "ruleset"));
  await stage.bothUp();
  const [owner, standby] = [stage.node("NODE2"), stage.node("NODE1")];
  for (const host of [owner, standby]) await host.run("nft", "flush", "ruleset");
  await until(() => guards(owner), ttlMs, "the owner's rules, with a renewal");
  expect(await reaches(stage.lan.host("PEER"), virtualAddress)).toBe(true);
  await expectOk(stage.client.moveGroup(cluster, group, { target: "NODE1" }));
  await stage.ownerIs("NODE1");
  expect(await guards(standby)).toBe(true);
  for (const name of ["NODE1", "NODE2"]) expect(stage.logOf(name)).toContain("filter-restored");
  await expectOk(stage.client.moveGroup(cluster, group, { target: "NODE2" }));
  await stage.ownerIs("NODE2");
});

test("LX14: the router is asked from the address, and that it does not answer is said", async () => {
  await stage.bothUp();
  const owner = stage.node("NODE2");
  const router = stage.lan.host("PEER");
  const routersOwn = router.addressOn("client");
  const question = `arp saddr ip ${virtualAddress} arp daddr ip ${routersOwn}`;
  const hear = (verdict: string) =>
    router.run(
      "nft",
      "add table netdev ear; delete table netdev ear; add table netdev ear; " +
        'add chain netdev ear in { type filter hook ingress device "client" priority 0; }; ' +
        `add rule netdev ear in ${question} counter ${verdict}`,
    );
  const isAsked = async () => /counter packets [1-9]/.test(await router.run("nft", "list", "table", "netdev", "ear"));
  await owner.run("ip", "route", "replace", "default", "via", routersOwn, "dev", "client");
  for (const verdict of ["accept", "drop"]) {
    await hear(verdict);
    for (const target of ["NODE1", "NODE2"]) {
      await expectOk(stage.client.moveGroup(cluster, group, { target }));
      await stage.ownerIs(target);
    }
    await until(isAsked, 5_000, "the question");
  }
  const saidOf = () => stage.logOf("NODE2").match(/announcement-unanswered/g) ?? [];
  await until(() => saidOf().length > 0, 5_000, "the warning");
  expect(saidOf(), "only of the router that was deaf").toHaveLength(1);
  await router.run("nft", "delete", "table", "netdev", "ear");
  await owner.run("ip", "route", "delete", "default");
});

test("LX6: an address that somebody else takes away is put back, and that is said", async () => {
  await stage.bothUp();
  const events = await recorded(async () => {
    await stage.node("NODE2").run("ip", "address", "delete", `${virtualAddress}/32`, "dev", "client");
    await until(() => stage.logOf("NODE2").includes("address-removed"), 5_000, "the word of it");
  });
  expect(said(events)).toEqual(["NODE2 removed", "NODE2 added"]);
  const [removed, added] = events.map(({ at }) => at);
  expect((added ?? Infinity) - (removed ?? 0), "sooner than a renewal comes").toBeLessThan(ttlMs / 4);
  expect(await reaches(stage.lan.host("PEER"), virtualAddress)).toBe(true);
});

test("GU3: what a killed agent leaves is taken away and released by its guard: it costs no lease", async () => {
  await stage.bothUp();
  let killedAt = 0;
  const events = await recorded(async () => {
    killedAt = Date.now();
    stage.agent("NODE2").kill("SIGKILL");
    await stage.ownerIs("NODE1");
  });
  expect(said(events)).toEqual(["NODE2 removed", "NODE1 added"]);
  expect((events[1]?.at ?? Infinity) - killedAt).toBeLessThan(ttlMs);
  expect(stage.logOf("NODE2")).toContain("released: Mail");
  stage.startAgent("NODE2");
});

test("GU2: an agent that is stopped loses the address at its deadline, and is ended, so that it cannot come back to it", async () => {
  await stage.bothUp();
  const stopped = stage.agent("NODE1");
  const events = await recorded(async () => {
    stopped.kill("SIGSTOP");
    await stage.ownerIs("NODE2");
  });
  expect(said(events)).toEqual(["NODE1 removed", "NODE2 added"]);
  await until(() => stopped.signalCode === "SIGKILL", 5_000, "the end of the stopped agent");
  stage.startAgent("NODE1");
});

test("LX2: with agent and guard gone nothing leaves from the address once its time is over, not even a raw frame", async () => {
  await stage.bothUp();
  const owner = stage.node("NODE2");
  const peer = stage.lan.host("PEER");
  await stage.killAll("NODE2");
  expect(await reaches(peer, virtualAddress), "until its time is over it is open").toBe(true);
  await stage.ownerIs("NODE1");
  expect(await reaches(peer, virtualAddress)).toBe(true);
  const heardOf = () => neighbourOf(peer, virtualAddress);
  const before = await heardOf();
  await owner.run("sysctl", "-q", "-w", "net.ipv4.ip_nonlocal_bind=1");
  await owner.run("arping", "-q", "-U", "-c", "1", "-w", "1", "-I", "client", virtualAddress).catch(() => "");
  await owner.run("sysctl", "-q", "-w", "net.ipv4.ip_nonlocal_bind=0");
  expect(await owner.run("nft", "list", "ruleset")).toMatch(dropsArp);
  expect(await heardOf()).toBe(before);
});

test("LX3: and the kernel takes the address away by itself", async () => {
  const show = () => stage.node("NODE2").run("ip", "address", "show", "to", virtualAddress);
  await until(async () => !(await show()).includes("inet "), 5_000);
});

test("LX4: what an earlier run has left is taken away before the next one joins, and nothing else is", async () => {
  const host = stage.node("NODE2");
  const lifetime = ["valid_lft", "60", "preferred_lft", "60"];
  await host.run("ip", "address", "add", "198.18.77.200/32", "dev", "client", ...lifetime);
  await host.run("ip", "address", "add", `${virtualAddress}/32`, "dev", "client", ...lifetime);
  await host.run("ip", "address", "add", `${virtualAddress6}/128`, "dev", "client", "nodad");
  stage.startAgent("NODE2");
  await stage.bothUp();
  const left = await host.run("ip", "-oneline", "address", "show", "dev", "client");
  expect(left).toContain("198.18.77.200/32");
  expect(left).not.toContain(virtualAddress);
  expect(left, "what has no lifetime is somebody else's").toContain(virtualAddress6);
  await host.run("ip", "address", "delete", `${virtualAddress6}/128`, "dev", "client");
  expect(stage.logOf("NODE2")).toContain(`address-left: ${virtualAddress}`);
});

test("LX15: an agent that ends leaves no rules on its host", async () => {
  stage.agent("NODE2").kill("SIGTERM");
  await until(() => stage.logOf("NODE2").includes("ended: everything"), 10_000, "the end of the agent");
  expect(await stage.node("NODE2").run("nft", "list", "ruleset")).not.toContain("bridgehead");
});

test("LX7: without nft the agent says what that costs, once, and owns all the same", async () => {
  const host = stage.node("NODE2");
  const bin = await host.run(
    "sh",
    "-c",
    "d=$(mktemp -d) && for t in ip ss arping ndptool; do ln -s $(command -v $t) $d/$t; done && echo $d",
  );
  stage.startAgent("NODE2", { PATH: bin.trim() });
  await stage.bothUp();
  await expectOk(stage.client.moveGroup(cluster, group, { target: "NODE2" }));
  await stage.ownerIs("NODE2");
  expect(stage.logOf("NODE2").match(/ no-filter: /g)).toHaveLength(1);
  expect(await reaches(stage.lan.host("PEER"), virtualAddress)).toBe(true);
  await host.run("rm", "-r", bin.trim());
});

test("LX10: a silent owner whose kernel is late to take the address away is waited for, where no filter keeps it silent", async () => {
  await stage.bothUp();
  const events = await recorded(async () => {
    await stage.killAll("NODE2");
    await stage.ownerIs("NODE1");
  });
  expect(said(events)).toEqual(["NODE2 removed", "NODE1 added"]);
  stage.startAgent("NODE2");
});

test.each([
  ["198.18.77.101", "255.255.255.0", "client", "32"],
  ["2001:2:0:77::101", "64", "client6", "128"],
])(
  "LX9: an address that a stranger has is not taken, and who has it is said: %s",
  async (address, mask, network, prefix) => {
    await stage.bothUp();
    const peer = stage.lan.host("PEER");
    const owner = stage.node("NODE1");
    const name = `Second ${network}`;
    await peer.run(
      "ip",
      "address",
      "add",
      `${address}/${prefix}`,
      "dev",
      "client",
      ...(prefix === "128" ? ["nodad"] : []),
    );
    const properties = { Address: address, SubnetMask: mask, Network: network, RestartAction: 1 };
    await expectOk(stage.client.createResource(cluster, group, { name, type: "IP Address", properties }));
    const refused = async () => {
      const { events } = await expectOk(stage.client.events(cluster, 0, 1_000));
      return events.findLast(({ mscsId, resource }) => mscsId === 1049 && resource === name);
    };
    await until(async () => (await refused()) !== undefined, 10_000, "event 1049");
    const mac = await peer.macOn("client");
    expect((await refused())?.sentence).toContain(prefix === "32" ? mac : "another host");
    expect(await owner.run("ip", "address", "show", "to", address)).toBe("");
    await peer.run("ip", "address", "delete", `${address}/${prefix}`, "dev", "client");
    await expectOk(stage.client.commandResource(cluster, group, name, "online"));
    await until(() => reaches(peer, address), 10_000, "the address");
    await expectOk(stage.client.deleteResource(cluster, group, name));
  },
);

test("LX18: an address that has left the cluster can be given to any of its hosts", async () => {
  await stage.bothUp();
  const [address, name] = ["198.18.77.102", "Third"];
  const properties = { Address: address, SubnetMask: "255.255.255.0", Network: "client" };
  const guarding = async () => {
    const rules = await Promise.all(["NODE1", "NODE2"].map((one) => stage.node(one).run("nft", "list", "ruleset")));
    return rules.filter((text) => text.includes(address)).length;
  };
  await expectOk(stage.client.createResource(cluster, group, { name, type: "IP Address", properties }));
  const peer = stage.lan.host("PEER");
  await until(() => reaches(peer, address), 10_000, "the address");
  await until(async () => (await guarding()) === 2, 10_000, "its filter on both hosts");
  await expectOk(stage.client.deleteResource(cluster, group, name));
  await until(async () => (await guarding()) === 0, 10_000, "the end of it");
  const standby = stage.node("NODE2");
  await standby.run("ip", "address", "add", `${address}/32`, "dev", "client");
  // Nobody has announced it: the peer would ask the host that had it, for eight seconds.
  await peer.run("ip", "neighbour", "flush", "to", address);
  await until(() => reaches(peer, address), 10_000, "the address that is the host's own");
  await standby.run("ip", "address", "delete", `${address}/32`, "dev", "client");
});

test("LX18: what a killed run has left guarded, and left the cluster meanwhile, is let go by the next run", async () => {
  await stage.bothUp();
  const [address, name] = ["198.18.77.103", "Fourth"];
  const properties = { Address: address, SubnetMask: "255.255.255.0", Network: "client" };
  const guards = async () => (await stage.node("NODE2").run("nft", "list", "ruleset")).includes(address);
  await expectOk(stage.client.createResource(cluster, group, { name, type: "IP Address", properties }));
  await until(guards, 10_000, "its filter");
  await stage.killAll("NODE2");
  await expectOk(stage.client.deleteResource(cluster, group, name));
  expect(await guards()).toBe(true);
  stage.startAgent("NODE2");
  await until(async () => !(await guards()), 30_000, "the end of it");
  expect(await stage.node("NODE2").run("nft", "list", "ruleset"), "what may come stays guarded").toContain(
    virtualAddress,
  );
});

test("LX12: an agent that is not root needs two capabilities, and nothing else", async () => {
  await stage.bothUp();
  stage.agent("NODE2").kill("SIGTERM");
  await until(
    () => /ended: everything[^]*ended: everything/.test(stage.logOf("NODE2")),
    10_000,
    "the end of the agent",
  );
  const before = stage.logOf("NODE2").length;
  stage.startAgentAs("NODE2", ["net_admin", "net_raw"]);
  await stage.bothUp();
  await expectOk(stage.client.moveGroup(cluster, group, { target: "NODE2" }));
  await stage.ownerIs("NODE2");
  expect(await reaches(stage.lan.host("PEER"), virtualAddress)).toBe(true);
  const events = await recorded(async () => {
    stage.agent("NODE2").kill("SIGKILL");
    await stage.ownerIs("NODE1");
  });
  expect(said(events), "its guard is no more than it is").toEqual(["NODE2 removed", "NODE1 added"]);
  const log = stage.logOf("NODE2").slice(before);
  expect(log).toContain("released: Mail");
  expect(log).not.toMatch(/no-filter|no-guard|nobody-asked|announcement-failed|sockets-not-destroyed/);
});
