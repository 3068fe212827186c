import { expect, test } from "vitest";
import { runDurableObjectAlarm } from "cloudflare:test";
import { joinBoth } from "./fake-agent.ts";
import { ask, createExchange, eventually, exchange, expectProblem, inside, json, stubOf, tokenOf } from "./support.ts";

const anew = (cluster: string, token?: string) =>
  ask("PUT", `/clusters/${cluster}`, { body: exchange(cluster), ...(token === undefined ? {} : { token }) });

test("AU10: a cluster that was destroyed is created anew by the admin token alone, though its tokens live as long as its holds", async () => {
  await createExchange("phoenix");
  await joinBoth("phoenix");
  const token = await tokenOf("phoenix", { role: "operator" });
  expect((await ask("DELETE", "/clusters/phoenix?force")).status).toBe(202);
  await expectProblem(anew("phoenix", token), "forbidden");
  expect((await anew("phoenix")).status).toBe(201);
});

test("AU11: a cluster that is created anew has no webhook, no registry value, no port and no answer of the one before", async () => {
  const at = "/clusters/heir";
  const headers = { "Idempotency-Key": "first" };
  await createExchange("heir");
  await joinBoth("heir");
  const description = { body: { Description: "of the first" }, headers };
  expect((await ask("PATCH", `${at}/properties/common`, description)).status).toBe(200);
  expect((await ask("POST", `${at}/webhooks`, { body: { url: "https://example.org/" } })).status).toBe(201);
  const value = `${at}/registry/value?key=App&name=secret`;
  expect((await ask("PUT", `${at}/registry/key?key=App`)).status).toBeLessThan(300);
  expect((await ask("PUT", value, { body: { type: "REG_SZ", value: "x" } })).status).toBeLessThan(300);
  expect((await ask("DELETE", `${at}?force`)).status).toBe(202);
  await expectProblem(ask("GET", value), "cluster-not-defined");
  expect((await anew("heir")).status).toBe(201);
  expect(await json(ask("GET", `${at}/webhooks`))).toEqual({ webhooks: [] });
  expect((await ask("GET", value)).status).toBe(404);
  expect(await json(ask("PATCH", `${at}/properties/common`, description))).toMatchObject({ changed: ["properties"] });
});

test("AU5: a cluster that is gone takes nothing more", async () => {
  await createExchange("forgotten");
  expect((await ask("DELETE", "/clusters/forgotten?force")).status).toBe(202);
  const names = async () => (await json<{ clusters: { name: string }[] }>(ask("GET", "/clusters"))).clusters;
  await eventually(names, (clusters) => !clusters.some(({ name }) => name === "forgotten"));
  await expectProblem(
    ask("POST", "/clusters/forgotten/webhooks", { body: { url: "https://example.org/" } }),
    "cluster-not-found",
  );
  await expectProblem(ask("POST", "/clusters/forgotten/tokens", { body: { role: "reader" } }), "cluster-not-found");
});

test("HT10: an interface of two long names can be asked for", async () => {
  const [node, network] = ["N".repeat(60), "w".repeat(60)];
  const nodes = { [node]: { address: "127.0.1.1" } };
  const body = { cluster: "long-names", networks: { [network]: { cidr: "127.0.1.0/24" } }, nodes };
  expect((await ask("PUT", "/clusters/long-names", { body })).status).toBe(201);
  const name = encodeURIComponent(`${node} - ${network}`);
  expect((await ask("GET", `/clusters/long-names/net-interfaces/${name}`)).status).toBe(200);
});

test("GP22: a move in a time that no alarm can be set for is waited for all the same", async () => {
  const { owner } = await createExchange("far").then(() => joinBoth("far"));
  await owner.renew();
  const body = { target: "NODE2", at: "9999-12-31T00:00:00Z" };
  expect((await ask("POST", "/clusters/far/groups/Exchange/move", { body })).status).toBe(202);
  await owner.renew();
  expect((await ask("POST", "/clusters/far/groups/Exchange/cancel")).status).toBe(200);
});

test("AU5: a refused creation leaves no name behind, and a name may be spelled anew after its cluster is gone", async () => {
  const names = async () =>
    (await json<{ clusters: { name: string }[] }>(ask("GET", "/clusters"))).clusters.map(({ name }) => name);
  const headers = { "Idempotency-Key": "spelling" };
  await createExchange("spelling");
  expect(
    (await ask("PATCH", "/clusters/spelling/properties/common", { body: { Description: "x" }, headers })).status,
  ).toBe(200);
  expect((await ask("DELETE", "/clusters/spelling?force")).status).toBe(202);
  await eventually(names, (known) => !known.includes("spelling"));
  await expectProblem(
    ask("PUT", "/clusters/spelling", { body: exchange("spelling"), headers }),
    "idempotency-key-reused",
  );
  expect(await names()).not.toContain("spelling");
  const created = await ask("PUT", "/clusters/Spelling", { body: exchange("Spelling") });
  expect(created.status).toBe(201);
  expect(await json(ask("GET", "/clusters/spelling"))).toMatchObject({ name: "Spelling" });
});

test("AU5: a cluster that could not leave the directory tries again", async () => {
  const names = async () =>
    (await json<{ clusters: { name: string }[] }>(ask("GET", "/clusters"))).clusters.map(({ name }) => name);
  await createExchange("stuck");
  await inside("stuck", (object) => {
    const { env } = object as unknown as { env: object };
    const away = () => {
      Object.assign(object, { env });
      throw new Error("the directory is away");
    };
    Object.assign(object, { env: { ...env, DIRECTORY: { getByName: away } } });
  });
  expect((await ask("DELETE", "/clusters/stuck?force")).status).toBe(202);
  await eventually(
    () => inside("stuck", (_, { storage }) => storage.getAlarm()),
    (at) => at !== null,
  );
  expect(await names()).toContain("stuck");
  await runDurableObjectAlarm(stubOf("stuck"));
  await eventually(names, (known) => !known.includes("stuck"));
});
