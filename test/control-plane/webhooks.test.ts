import { Webhook as Verifier } from "standardwebhooks";
import { expect, test } from "vitest";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { webhookCreatedSchema, webhookListSchema, webhookPayloadSchema } from "../../src/protocol/webhooks.ts";
import type { Received } from "../support/received.ts";
import { allRows, ask, expectProblem, json } from "./support.ts";
import { openWebhooks } from "./webhook-support.ts";

/** What the specification's own library makes of a request. Throws when the signature is not that of the secret. */
function verified(secret: string, received: Received | undefined) {
  if (received === undefined) throw new Error("nothing came");
  return webhookPayloadSchema.strict().parse(new Verifier(secret).verify(received.body, received.headers));
}

const signaturesOf = (received: Received | undefined) => received?.headers["webhook-signature"]?.split(" ") ?? [];

test("WH2: a delivery is what the specification's own library takes, and one changed octet is refused", async () => {
  const { box, create, happen, journalAfter } = await openWebhooks("signed");
  const { id, secret, cursor } = await create({ url: box.url });
  await happen(1);
  const [received] = await box.holds(1);
  const [entry] = await journalAfter(cursor);
  expect(verified(secret, received).data).toEqual({ cluster: "signed", entry });
  expect(received?.headers).toMatchObject({
    "webhook-id": `msg_${id}_${cursor + 1}`,
    "content-type": "application/json",
  });
  const forged = { ...(received as Received), body: received?.body.replace("NODE1", "NODE2") ?? "" };
  expect(() => verified(secret, forged)).toThrow("No matching signature");
  expect(() => verified((secret.slice(0, -4) + "AAA=") as string, received)).toThrow("No matching signature");
});

test("WH2: for a day after a rotation both secrets sign, then only the new one; each attempt has its own time", async () => {
  const { box, create, rotate, happen, later } = await openWebhooks("rotation");
  const { id, secret } = await create({ url: box.url });
  const rotated = await rotate(id);
  const [both] = await box.holds(1);
  expect(signaturesOf(both)).toHaveLength(2);
  for (const known of [rotated.secret, secret]) expect(verified(known, both).type).toBe("webhook.secret-rotated");
  await later(24 * 3_600_000 + 1_000);
  await happen(1);
  const one = (await box.holds(2))[1];
  expect(signaturesOf(one)).toHaveLength(1);
  expect(Number(one?.headers["webhook-timestamp"])).toBeGreaterThan(Date.now() / 1000 + 86_000);
});

test("WH10: a secret is in the answer that makes it and nowhere else, and the journal tells the host alone", async () => {
  const { at, rotate, journalAfter } = await openWebhooks("secrets");
  const body = { url: "https://peer.test/hook?key=in-the-path", description: "for the mail team" };
  const { secret, ...created } = webhookCreatedSchema.strict().parse(await json(ask("POST", at, { body })));
  expect(secret).toMatch(/^whsec_/);
  expect(atob(secret.slice("whsec_".length))).toHaveLength(32);
  const rotated = await rotate(created.id);
  const listed = await (await ask("GET", at)).text();
  const { webhooks } = webhookListSchema.strict().parse(JSON.parse(listed));
  expect(webhooks).toMatchObject([
    { id: created.id, ...body, createdBy: "admin", previousSecretUntil: rotated.previousSecretUntil },
  ]);
  const one = await (await ask("GET", `${at}/${created.id}`)).text();
  const entries = await journalAfter(0);
  const told = listed + one + JSON.stringify(entries);
  for (const known of [secret, rotated.secret]) expect(told).not.toContain(known.slice("whsec_".length));
  expect(JSON.stringify(entries)).not.toContain("in-the-path");
  expect((await ask("DELETE", `${at}/${created.id}`)).status).toBe(204);
  const kinds = ["webhook.created", "webhook.secret-rotated", "webhook.deleted"];
  expect((await journalAfter(0)).filter(({ kind }) => kind.startsWith("webhook."))).toMatchObject(
    kinds.map((kind) => ({ kind, actor: "admin", details: { webhook: created.id, host: "peer.test" } })),
  );
});

test("WH12: a test is sent once and signed, also when the webhook is disabled, and changes nothing", async () => {
  const { at, box, create, happen, becomes } = await openWebhooks("tested");
  const { id, secret } = await create({ url: box.url });
  await box.answer(410, 204, 418, 0);
  await happen(1);
  await becomes(id, ({ state }) => state === "Disabled");
  const before = await allRows("tested");
  const ofTest = () => json(ask("POST", `${at}/${id}/test`));
  expect(await ofTest()).toEqual({ delivered: true, status: 204, error: null });
  expect(await ofTest()).toEqual({ delivered: false, status: 418, error: { code: "refused", status: 418 } });
  const [, first, second] = await box.received();
  expect(verified(secret, first)).toMatchObject({ type: "webhook.test", data: { cluster: "tested" } });
  expect(first?.headers["webhook-id"]).not.toBe(second?.headers["webhook-id"]);
  const waiting = ofTest();
  await box.holds(4);
  await expectProblem(ask("POST", `${at}/${id}/test`), "webhook-under-test");
  await box.answer(200);
  expect(await waiting).toMatchObject({ delivered: false, status: 503 });
  expect(await allRows("tested")).toEqual(before);
});

test("WH11: a cluster has sixteen webhooks at most", async () => {
  const { at, remove } = await openWebhooks("full");
  const body = { url: "https://peer.test/", kinds: ["object.rolled-back"] };
  const make = () => json<{ id: string }>(ask("POST", at, { body }));
  const made = [];
  for (let i = 0; i < protocolLimits.webhooks; i++) made.push(await make());
  await expectProblem(ask("POST", at, { body }), "too-many-webhooks");
  await remove(made[0]?.id ?? "");
  expect((await make()).id).toMatch(/^[0-9a-f]{16}$/);
});
