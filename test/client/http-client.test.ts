import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createClient } from "../../src/client/http-client.ts";
import { problemDetails, problemMediaType } from "../../src/protocol/problems.ts";

const servers: Server[] = [];

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return createClient({ url: `http://127.0.0.1:${port}`, token: "a-token", timeoutMs: 300 });
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const json = (status: number, body: unknown, type = "application/json"): RequestListener => {
  return (_, response) => response.writeHead(status, { "Content-Type": type }).end(JSON.stringify(body));
};

test("HT12: an answer is a value, and the request carries the token and escaped names", async () => {
  const asked: string[] = [];
  const client = await serve((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    json(200, { decision: "DEFER", reason: "standby", retryAfterMs: 500, owner: "NODE2" })(request, response);
  });
  const result = await client.sourceAddress("my cluster", "a:b", { node: "NODE1", destination: "peer.test" });
  expect(result).toEqual({
    ok: true,
    value: { decision: "DEFER", reason: "standby", retryAfterMs: 500, owner: "NODE2" },
  });
  expect(asked).toEqual([
    "GET /v1/clusters/my%20cluster/groups/a%3Ab/source-address?node=NODE1&destination=peer.test Bearer a-token",
  ]);
});

test("HT12: a refusal is a value, with its problem", async () => {
  const problem = problemDetails("group-not-found", "there is no such group");
  const client = await serve(json(404, problem, problemMediaType));
  expect(await client.moveGroup("c", "G")).toEqual({ ok: false, kind: "refused", problem });
});

test("HT12: a verdict that is none is no verdict", async () => {
  for (const body of [
    {},
    { decision: "BIND" },
    { decision: "BIND", address: "", prefix: 24 },
    { decision: "GO" },
    null,
  ]) {
    const client = await serve(json(200, body));
    const result = await client.sourceAddress("c", "G", { node: "NODE1" });
    expect(result).toEqual({ ok: false, kind: "unreachable", reason: "not-this-api" });
  }
});

test("HT12: something else that answers is not this API", async () => {
  const client = await serve((_, response) => response.writeHead(502).end("<html>Bad Gateway</html>"));
  expect(await client.listClusters()).toEqual({ ok: false, kind: "unreachable", reason: "not-this-api" });
});

test("HT12: nobody there, and nobody answering, are values too", async () => {
  const nobody = createClient({ url: "http://127.0.0.1:1", token: "t" });
  expect(await nobody.getCluster("c")).toEqual({ ok: false, kind: "unreachable", reason: "no-connection" });
  const silent = await serve(() => undefined);
  expect(await silent.getCluster("c")).toEqual({ ok: false, kind: "unreachable", reason: "timeout" });
});

test("HT12: a watch tells its messages, and ends when the connection does", async () => {
  const entry = {
    seq: 7,
    at: 1,
    kind: "node.joined",
    severity: "info",
    sentence: "Node NODE1 joined the cluster.",
    mscsId: null,
    epoch: null,
    node: "NODE1",
    group: null,
    resource: null,
    actor: "cluster",
    details: null,
  };
  const text = `retry: 1000\n: watching\n\nid: 6\ndata: {"type":"gap","after":1,"resumesAt":6}\n\nid: 7\ndata: ${JSON.stringify({ type: "entry", entry })}\n\n: alive\n\n`;
  const client = await serve((_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    for (const part of text.match(/[\s\S]{1,37}/g) ?? []) response.write(part);
    response.end();
  });
  const result = await client.watch("c", { after: 1 });
  if (!result.ok) throw new Error("refused");
  const messages = [];
  for await (const message of result.value) messages.push(message);
  expect(messages).toEqual([
    { type: "gap", after: 1, resumesAt: 6 },
    { type: "entry", entry },
  ]);
});

test("HT12: a token that is revoked has no answer", async () => {
  const client = await serve((_, response) => response.writeHead(204).end());
  expect(await client.revokeToken("c", "0123456789abcdef")).toEqual({ ok: true, value: null });
});

test("HT12: a key and a name go into the query, and what a change expects into its headers", async () => {
  const asked: unknown[] = [];
  const client = await serve((request, response) => {
    asked.push([request.method, request.url, request.headers["if-match"], request.headers["if-none-match"]]);
    json(200, { changed: 1, revision: 8 })(request, response);
  });
  const data = { type: "REG_DWORD", value: 1 } as const;
  expect(await client.setRegistryValue("c", "A/b c", "n&m", data, { revision: 7 })).toEqual({
    ok: true,
    value: { changed: 1, revision: 8 },
  });
  await client.createRegistryKey("c", "A", { revision: null });
  await client.deleteRegistryKey("c", "A", { recursive: true });
  expect(asked).toEqual([
    ["PUT", "/v1/clusters/c/registry/value?key=A%2Fb+c&name=n%26m", '"7"', undefined],
    ["PUT", "/v1/clusters/c/registry/key?key=A", undefined, "*"],
    ["DELETE", "/v1/clusters/c/registry/key?key=A&recursive=true", undefined, undefined],
  ]);
});

test("HT12: no notification is null, and an answer that cannot be read is not", async () => {
  const nothing = await serve((_, response) => response.writeHead(204).end());
  expect(await nothing.nextNotifications("c", "p")).toEqual({ ok: true, value: null });
  const broken = await serve((_, response) => response.writeHead(200).end("<html>"));
  expect(await broken.nextNotifications("c", "p")).toEqual({ ok: false, kind: "unreachable", reason: "not-this-api" });
});

test("HT12: an answer that was asked to wait may take so much longer", async () => {
  const late = await serve((_, response) => {
    setTimeout(() => response.writeHead(204).end(), 400);
  });
  expect(await late.nextNotifications("c", "p", { timeoutMs: 5_000 })).toEqual({ ok: true, value: null });
  expect(await late.nextNotifications("c", "p")).toMatchObject({ ok: false, reason: "timeout" });
});

test("HT12: objects are looked up under their escaped names, and enumerated by the types that are asked for", async () => {
  const asked: string[] = [];
  const answer = { count: 1, objects: [{ type: "CONTAINS", name: "Exchange IP" }] };
  const client = await serve((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    json(200, answer)(request, response);
  });
  const group = { kind: "group", name: "Exchange" } as const;
  expect(await client.enumerateObject("c", group, ["CONTAINS", "NODES"])).toEqual({ ok: true, value: answer });
  await client.enumerateObject("c", { kind: "resource", group: "Exchange", name: "Exchange IP" });
  await client.enumerateObject("c", { kind: "resource-type", name: "IP Address" });
  // What is answered here is no interface, and is not taken for one.
  expect(await client.getNetInterface("c", "NODE1 - client")).toMatchObject({ ok: false, kind: "unreachable" });
  await client.findNetInterface("c", "NODE1", "client");
  await client.getNetwork("c", "client");
  await client.getResourceType("c", "IP Address");
  expect(asked).toEqual([
    "GET /v1/clusters/c/groups/Exchange/enum?types=CONTAINS%2CNODES",
    "GET /v1/clusters/c/groups/Exchange/resources/Exchange%20IP/enum",
    "GET /v1/clusters/c/resource-types/IP%20Address/enum",
    "GET /v1/clusters/c/net-interfaces/NODE1%20-%20client",
    "GET /v1/clusters/c/nodes/NODE1/net-interfaces/client",
    "GET /v1/clusters/c/networks/client",
    "GET /v1/clusters/c/resource-types/IP%20Address",
  ]);
});

test("CK4: a change says of itself what it is given, and nothing else", async () => {
  const asked: unknown[] = [];
  const client = await serve((request, response) => {
    asked.push([request.method, request.url, request.headers["if-match"], request.headers["idempotency-key"]]);
    json(404, problemDetails("group-not-found", "-"), problemMediaType)(request, response);
  });
  const group = { kind: "group", name: "G" } as const;
  await client.setProperties("c", group, "common", {}, { revision: 4, idempotencyKey: "k", dryRun: true });
  await client.deleteGroup("c", "G", { recursive: true, force: true, dryRun: false });
  await client.createNetwork("c", { name: "W", cidr: "192.0.2.0/24" });
  expect(asked).toEqual([
    ["PATCH", "/v1/clusters/c/groups/G/properties/common?dryRun=true", '"4"', "k"],
    ["DELETE", "/v1/clusters/c/groups/G?force=true&recursive=true", undefined, undefined],
    ["POST", "/v1/clusters/c/networks", undefined, undefined],
  ]);
});

test("HT12: a node that is not active is an answer, though its status is none of 2xx", async () => {
  const active = { active: false, group: "G", owner: "NODE2", epoch: 4 };
  const client = await serve(json(503, active));
  expect(await client.isActive("c", "G", "NODE1")).toEqual({ ok: true, value: active });
  const away = await serve((_, response) => response.writeHead(503).end("<html>"));
  expect(await away.isActive("c", "G", "NODE1")).toEqual({ ok: false, kind: "unreachable", reason: "not-this-api" });
});
