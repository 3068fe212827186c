import { evictDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";
import { networkSetSchema, type ResourceTypeSet, resourceTypeSetSchema } from "../../src/protocol/objects.ts";
import { type FakeAgent, joinBoth } from "./fake-agent.ts";
import { ask, createExchange, eventually, expectProblem, json, stubOf, tokenOf } from "./support.ts";

const cluster = "object-cluster";
const at = `/clusters/${cluster}`;
let owner: FakeAgent;
let standby: FakeAgent;

beforeAll(async () => {
  await createExchange(cluster);
  ({ owner, standby } = await joinBoth(cluster));
});

test("DF16: what edits make of a definition can be read again by the next instance", async () => {
  await createExchange("read-again");
  const owners = "/clusters/read-again/groups/Exchange/resources/Disk%20E:/possible-owners";
  await expectProblem(ask("PUT", owners, { body: { owners: Array(64).fill("NODE1") } }), "invalid-definition");
  const group = "/clusters/read-again/groups/Many";
  const names = Array.from({ length: 64 }, (_, index) => `r${index}`);
  const [first = "", ...others] = names;
  const disk = { type: "Physical Disk" };
  const resources = Object.fromEntries(names.map((name) => [name, disk]));
  const pairs = Array.from({ length: 64 }, (_, index) => [others[index % 62], others[(index + 1) % 62]]);
  const body = { name: "Many", resources: { ...resources, [first]: { ...disk, dependsOn: pairs } } };
  expect((await ask("POST", "/clusters/read-again/groups", { body })).status).toBe(201);
  await expectProblem(ask("PUT", `${group}/resources/r0/dependencies/r63`), "invalid-definition");
  await evictDurableObject(stubOf("read-again"));
  expect((await ask("GET", "/clusters/read-again")).status).toBe(200);
});

describe("Resource types", () => {
  const typeOf = async (name: string): Promise<ResourceTypeSet["resourceTypes"][number] | undefined> => {
    const { resourceTypes } = resourceTypeSetSchema.strict().parse(await json(ask("GET", `${at}/resource-types`)));
    return resourceTypes.find((type) => type.name === name);
  };

  test("OB7: a built-in type says its intervals, its properties, what it has to stand on and how many resources it has", async () => {
    expect(await typeOf("Message Transfer Agent")).toEqual({
      name: "Message Transfer Agent",
      basedOn: null,
      intervals: {
        LooksAlivePollInterval: 5_000,
        IsAlivePollInterval: 60_000,
        PendingTimeout: 180_000,
        DeadlockTimeout: 300_000,
      },
      properties: ["Port", "PartnersFile", "MtaName", "QueueFolder"],
      requiredDependencies: ["Network Name"],
      resources: 1,
    });
  });

  test("OB7: a type of one's own is made, tells what it is based on, and goes when no resource is of it", async () => {
    const body = { name: "Mail Disk", basedOn: "Physical Disk", properties: { PendingTimeout: 20_000 } };
    expect((await ask("POST", `${at}/resource-types`, { body })).status).toBe(201);
    const { intervals, basedOn, properties } = (await typeOf("Mail Disk")) ?? expect.fail("it was made");
    expect([basedOn, intervals.PendingTimeout]).toEqual(["Physical Disk", 20_000]);
    expect(properties).toEqual((await typeOf("Physical Disk"))?.properties);
    const resources = `${at}/groups/Exchange/resources`;
    expect((await ask("POST", resources, { body: { name: "Disk F:", type: "Mail Disk" } })).status).toBe(201);
    expect((await typeOf("Mail Disk"))?.resources).toBe(1);
    await expectProblem(ask("DELETE", `${at}/resource-types/Mail Disk`), "resource-type-in-use");
    expect((await ask("DELETE", `${resources}/Disk F:`)).status).toBe(202);
    expect((await ask("DELETE", `${at}/resource-types/Mail Disk`)).status).toBe(200);
    await expectProblem(ask("GET", `${at}/resource-types/Mail Disk`), "resource-type-not-found");
    const alike = await expectProblem(ask("GET", `${at}/nodes/node1`), "node-not-found");
    expect(alike.detail).toContain("there is NODE1");
  });
});

describe("Networks", () => {
  const names = async (): Promise<string[]> =>
    networkSetSchema
      .strict()
      .parse(await json(ask("GET", `${at}/networks`)))
      .networks.map(({ name }) => name);

  test("OB8: are made, put into an order and removed; one that a resource is on stays", async () => {
    const body = { name: "backbone", cidr: "198.51.100.0/24", role: "InternalUse", properties: { Metric: 7 } };
    expect((await ask("POST", `${at}/networks`, { body })).status).toBe(201);
    expect(await json(ask("GET", `${at}/networks/backbone`))).toEqual({
      name: "backbone",
      cidr: "198.51.100.0/24",
      role: "InternalUse",
      metric: 7,
      state: "Unavailable",
      netInterfaces: [],
    });
    expect(await names()).toEqual(["client", "backbone"]);
    const order = await ask("PUT", `${at}/network-priority`, { body: { networks: ["backbone"] } });
    expect(order.status).toBe(200);
    expect(await names()).toEqual(["backbone", "client"]);
    await expectProblem(ask("DELETE", `${at}/networks/client`), "network-in-use");
    expect((await ask("DELETE", `${at}/networks/backbone`)).status).toBe(200);
    expect(await names()).toEqual(["client"]);
  });

  test("OB8: a network may have the name of the path that sets their order", async () => {
    const body = { name: "network-priority", cidr: "203.0.113.0/24" };
    expect((await ask("POST", `${at}/networks`, { body })).status).toBe(201);
    expect(await json(ask("GET", `${at}/networks/network-priority`))).toMatchObject({ cidr: "203.0.113.0/24" });
    expect((await ask("DELETE", `${at}/networks/network-priority`)).status).toBe(200);
  });

  test("OB4: an interface is found by its name, and by its node and network, as one and the same", async () => {
    await owner.renew();
    const byName = await json(ask("GET", `${at}/net-interfaces/NODE1 - client`));
    expect(byName).toEqual({
      name: "NODE1 - client",
      node: "NODE1",
      network: "client",
      address: "127.0.1.1",
      state: "Up",
    });
    expect(await json(ask("GET", `${at}/nodes/NODE1/net-interfaces/client`))).toEqual(byName);
    const all = await json<{ netInterfaces: unknown[] }>(ask("GET", `${at}/net-interfaces`));
    expect(all.netInterfaces).toHaveLength(2);
  });
});

describe("Who asks, and who could witness", () => {
  test("OB5: names of one object come by the types that are asked for, with their count", async () => {
    const of = `${at}/groups/Exchange/resources/Exchange Name/enum`;
    expect(await json(ask("GET", of))).toEqual({
      count: 4,
      objects: [
        { type: "DEPENDS", name: "Exchange IP" },
        { type: "PROVIDES", name: "Exchange MTA" },
        { type: "NODES", name: "NODE1" },
        { type: "NODES", name: "NODE2" },
      ],
    });
    expect(await json(ask("GET", `${of}?types=nodes,DEPENDS`))).toMatchObject({
      count: 3,
      objects: [{ type: "DEPENDS" }, { type: "NODES" }, { type: "NODES" }],
    });
    await expectProblem(ask("GET", `${of}?types=CONTAINS`), "invalid-request");
  });

  test("OB9: a token is told its cluster, its role, and the node or partner that it is for", async () => {
    const self = async (request: Parameters<typeof tokenOf>[1]) =>
      json(ask("GET", `${at}/self`, { token: await tokenOf(cluster, request) }));
    expect(await json(ask("GET", `${at}/self`))).toEqual({
      cluster,
      role: "admin",
      token: "admin",
      node: null,
      partner: null,
    });
    expect(await self({ role: "node", node: "NODE2" })).toMatchObject({ cluster, role: "node", node: "NODE2" });
    expect(await self({ role: "partner", partner: "peer.test" })).toMatchObject({ partner: "peer.test", node: null });
    expect(await self({ role: "reader" })).toMatchObject({ role: "reader", node: null, partner: null });
  });

  test("OB6: the quorum names the witnesses of each ownership, and warns when there is none", async () => {
    const quorum = () => json<{ ownerships: { witnesses: string[] }[]; sentence: string }>(ask("GET", `${at}/quorum`));
    await Promise.all([owner.renew(), standby.renew()]);
    expect((await quorum()).ownerships).toMatchObject([{ group: "Exchange", owner: "NODE1", witnesses: ["NODE2"] }]);
    standby.line.close();
    const alone = await eventually(quorum, ({ ownerships }) => ownerships[0]?.witnesses.length === 0);
    expect(alone.sentence).toContain("Exchange");
  });
});
