import { evictDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { peerProofText } from "../../src/protocol/peer.ts";
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

/** A key of an agent, and its proof that it has it. */
async function agentKey(): Promise<{
  readonly key: string;
  readonly proofOf: (incarnation: string, run?: { cluster?: string; node?: string }) => Promise<string>;
}> {
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new Error("one key is no pair");
  const textOf = (octets: ArrayBuffer): string =>
    btoa(String.fromCharCode(...new Uint8Array(octets)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
  if (!(raw instanceof ArrayBuffer)) throw new Error("a raw key is octets");
  return {
    key: textOf(raw),
    proofOf: async (incarnation, { cluster = "keys", node = "NODE2" } = {}) =>
      textOf(
        await crypto.subtle.sign(
          { name: "Ed25519" },
          pair.privateKey,
          new TextEncoder().encode(peerProofText({ cluster, node, incarnation })),
        ),
      ),
  };
}

test("PW8: an agent is let in under the key that it has, and nobody under a key that is another's", async () => {
  await createExchange("keys");
  const token = await tokenOf("keys", { role: "node", node: "NODE2" });
  const { key, proofOf } = await agentKey();
  const address = "192.0.2.12:7946";
  const proof = await proofOf("its-run");
  const agent = await FakeAgent.connect("keys", "NODE2", token, "its-run");
  expect((await agent.hello({ peer: { key, address, proof } })).standing).toEqual({ kind: "Up" });
  const thief = await FakeAgent.connect("keys", "NODE2", token, "another-run");
  await expect(thief.hello({ peer: { key, address, proof } })).rejects.toThrow("malformed");
  const other = await FakeAgent.connect("keys", "NODE2", token, "another-run");
  const own = await agentKey();
  await expect(other.hello({ peer: { key, address, proof: await own.proofOf("another-run") } })).rejects.toThrow(
    "malformed",
  );
  for (const of of [{ cluster: "other" }, { node: "NODE1" }]) {
    const elsewhere = await FakeAgent.connect("keys", "NODE2", token, "another-run");
    const shown = await own.proofOf("another-run", of);
    await expect(elsewhere.hello({ peer: { key: own.key, address, proof: shown } })).rejects.toThrow("malformed");
  }
  const sessions = await inside("keys", (object) => [...(object.present()?.state.memory.sessions.keys() ?? [])]);
  expect(sessions).toEqual(["its-run"]);
});
