import { evictDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { FakeAgent, joinBoth } from "./fake-agent.ts";
import { allRows, ask, createExchange, inside, stubOf, tokenOf } from "./support.ts";

test("AU4: a node that names another node's run and epoch in a release ends nothing", async () => {
  await createExchange("release");
  const { owner } = await joinBoth("release");
  const { holds } = await allRows("release");
  const token = await tokenOf("release", { role: "node", node: "NODE2" });
  const body = { incarnation: owner.incarnation, epochs: [{ group: "Exchange", epoch: 1 }] };
  const response = await ask("POST", "/clusters/release/nodes/NODE2/release", { token, body });
  await response.body?.cancel();
  expect((await allRows("release"))["holds"]).toEqual(holds);
});

test("AU4: a node that says hello as another node's run is not taken for it", async () => {
  await createExchange("hello");
  const { owner, standby } = await joinBoth("hello");
  const { holds } = await allRows("hello");
  const token = await tokenOf("hello", { role: "node", node: "NODE2" });
  const thief = await FakeAgent.connect("hello", "NODE2", token, owner.incarnation);
  await thief.hello({ connection: 99, released: [{ group: "Exchange", epoch: 1 }] }).catch(() => undefined);
  expect(thief.groups).toEqual([]);
  expect((await allRows("hello"))["holds"]).toEqual(holds);
  standby.line.close();
});

test("AU4: nor is it after the object has started anew, when nobody else has said hello yet", async () => {
  await createExchange("anew");
  const { owner } = await joinBoth("anew");
  const { holds } = await allRows("anew");
  await evictDurableObject(stubOf("anew"));
  await inside("anew", () => undefined);
  const token = await tokenOf("anew", { role: "node", node: "NODE2" });
  const thief = await FakeAgent.connect("anew", "NODE2", token, owner.incarnation);
  await thief.hello({ connection: 99, released: [{ group: "Exchange", epoch: 1 }] }).catch(() => undefined);
  expect(thief.groups).toEqual([]);
  expect((await allRows("anew"))["holds"]).toEqual(holds);
});
