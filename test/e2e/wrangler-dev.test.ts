import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, createClient } from "../../src/client/http-client.ts";
import type { Result } from "../../src/client/result.ts";
import type { AgentMessage, ObjectMessage, Renewal } from "../../src/cluster/messages.ts";
import { decodeObjectMessage, encode } from "../../src/protocol/session.ts";
import { sessionProtocol, sessionSubprotocol } from "../../src/protocol/session-version.ts";
import { startWranglerDev, type WranglerDev } from "./wrangler-dev.ts";

const cluster = "q186756";
const definition = {
  cluster,
  lease: "lan",
  networks: { client: { cidr: "127.0.1.0/24", role: "ClientAccess" } },
  nodes: { NODE1: { address: "127.0.1.1" }, NODE2: { address: "127.0.1.2" } },
  groups: {
    Exchange: {
      preferredOwners: ["NODE1", "NODE2"],
      resources: {
        "Exchange IP": {
          type: "IP Address",
          properties: { Address: "127.0.1.100", SubnetMask: "255.255.255.0", Network: "client" },
        },
        "Exchange Name": { type: "Network Name", dependsOn: ["Exchange IP"], properties: { Name: "EXCHVS" } },
      },
    },
  },
};

let dev: WranglerDev;
let admin: Client;

beforeAll(async () => {
  dev = await startWranglerDev();
  admin = createClient({ url: dev.url, token: dev.adminToken });
}, 90_000);

afterAll(async () => {
  await dev?.stop();
});

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.value;
}

/** A session that says what it is told to, with one answer awaited at a time. */
function openSession(token: string, node: string) {
  const url = `${dev.url.replace("http", "ws")}/v1/clusters/${cluster}/nodes/${node}/session`;
  const protocols = [sessionSubprotocol(sessionProtocol)];
  const socket = new WebSocket(url, {
    protocols,
    headers: { Authorization: `Bearer ${token}` },
  } as unknown as string[]);
  const opened = new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error("the session was not opened")));
  });
  const say = (message: AgentMessage) =>
    new Promise<ObjectMessage>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no answer within five seconds")), 5_000);
      socket.addEventListener("message", function heard({ data }) {
        const decoded = decodeObjectMessage(String(data));
        if (!decoded.ok || decoded.message.type === "assignment") return;
        socket.removeEventListener("message", heard);
        clearTimeout(timer);
        resolve(decoded.message);
      });
      socket.send(encode(message));
    });
  return { opened, say, close: () => socket.close() };
}

test("HT4: the case's cluster is created, found again, and listed", async () => {
  expect(value(await admin.putCluster(cluster, definition))).toMatchObject({ created: true, revision: 1 });
  expect(value(await admin.putCluster(cluster, definition))).toMatchObject({ created: false, changed: [] });
  expect(value(await admin.listClusters()).clusters.map(({ name }) => name)).toEqual([cluster]);
  const view = value(await admin.getCluster(cluster));
  expect(view.nodes).toMatchObject({ NODE1: { state: "Down" }, NODE2: { state: "Down" } });
  expect(view.groups["Exchange"]).toMatchObject({ owner: null, address: "127.0.1.100", networkName: "EXCHVS" });
});

test("AU5: a wrong token is refused", async () => {
  const nobody = createClient({ url: dev.url, token: "wrong" });
  expect(await nobody.getCluster(cluster)).toMatchObject({
    ok: false,
    kind: "refused",
    problem: { code: "unauthorized" },
  });
});

test("HT6: nobody may call from the address before a node owns it", async () => {
  const verdict = value(await admin.sourceAddress(cluster, "Exchange", { node: "NODE1" }));
  expect(verdict.decision).toBe("DEFER");
});

test("CP10: a node joins, owns the group, and is told to bind; watchers see it happen", async () => {
  const { token } = value(await admin.createToken(cluster, { role: "node", node: "NODE1" }));
  const { token: readerToken } = value(await admin.createToken(cluster, { role: "reader" }));
  const reader = createClient({ url: dev.url, token: readerToken });
  const after = value(await reader.getCluster(cluster)).lastEvent;
  const ending = new AbortController();
  const watched = value(await reader.watch(cluster, { after, signal: ending.signal }));

  const session = openSession(token, "NODE1");
  await session.opened;
  const welcome = await session.say({
    type: "hello",
    protocol: 1,
    incarnation: "a-run",
    connection: 1,
    seen: { generation: null, revision: null, epochs: {} },
    released: [],
    holding: [],
    machine: null,
    peer: null,
    told: { associations: 0, notices: 0 },
  });
  let last = welcome;
  let assignment = welcome.assignment;
  for (let n = 1; n <= 4; n++) {
    const renewal: Renewal = {
      type: "renewal",
      n,
      ttlHeldMs: 0,
      lastAnswer: last.type === "answer" ? last.n : 0,
      generation: welcome.generation.number,
      revision: assignment?.revision ?? null,
      generationAgeMs: 60_000,
      intact: [],
      released: [],
      claims: [],
      agreeing: [],
      leaving: false,
      report: {
        revision: assignment?.revision ?? null,
        holds: (assignment?.groups ?? []).map(({ group, epoch, resources }) => ({
          group,
          epoch,
          resources: Object.fromEntries(Object.keys(resources).map((name) => [name, { state: "Online", attempt: 0 }])),
        })),
        associations: [],
        notices: [],
      },
    };
    last = await session.say(renewal);
    assignment = last.assignment ?? assignment;
  }
  const verdict = value(
    await createClient({ url: dev.url, token }).sourceAddress(cluster, "Exchange", { node: "NODE1" }),
  );
  expect(verdict).toMatchObject({ decision: "BIND", address: "127.0.1.100", networkName: "EXCHVS", epoch: 1 });
  expect(value(await reader.virtualServer(cluster, "EXCHVS"))).toMatchObject({
    owner: "NODE1",
    state: "Online",
    epoch: 1,
  });

  const kinds: string[] = [];
  for await (const message of watched) {
    if (message.type === "entry") kinds.push(message.entry.kind);
    if (kinds.includes("group.online")) break;
  }
  ending.abort();
  expect(kinds).toEqual(expect.arrayContaining(["node.joined", "group.owned", "group.online"]));
  const { events } = value(await reader.events(cluster, after));
  expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds));
  session.close();
});
