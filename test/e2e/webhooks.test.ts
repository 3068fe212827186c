import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook as Verifier } from "standardwebhooks";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createAsk, type Ask } from "../../src/cli/api.ts";
import { loadDefinition } from "../../src/cli/definition-file.ts";
import { examplesFolder } from "../../src/cli/package-files.ts";
import { startControlPlane, type ControlPlane, type ControlPlaneOptions } from "../../src/cli/workerd/process.ts";
import { webhookPayloadSchema } from "../../src/protocol/webhooks.ts";
import { freePort } from "../support/ports.ts";
import type { Received } from "../support/received.ts";
import { until } from "../support/until.ts";
import { startReceiver, type Receiver } from "../support/webhook-receiver.ts";
import { startCommand, startNode } from "./support.ts";

const cluster = "exchange";
const patienceMs = 20_000;
let folder = "";
let controlPlane: ControlPlane | null = null;
let receiver: Receiver | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-webhooks-"));
});
afterEach(async () => {
  await controlPlane?.stop();
  await receiver?.close();
  controlPlane = receiver = null;
  rmSync(folder, { recursive: true, force: true });
});

/** Plain workerd on this test's folder, again and again on what it has left there. */
async function serve(options: Partial<ControlPlaneOptions> = {}): Promise<Ask> {
  controlPlane = await startControlPlane({ folder, host: "127.0.0.1", port: 0, tls: null, ...options });
  return createAsk(controlPlane.url.replace("0.0.0.0", "127.0.0.1"), controlPlane.adminToken);
}

async function kill(): Promise<void> {
  if (controlPlane === null) throw new Error("it is not running");
  process.kill(controlPlane.pid, "SIGKILL");
  await controlPlane.ended;
  controlPlane = null;
}

async function define(ask: Ask): Promise<void> {
  const definition = loadDefinition(join(examplesFolder, "q186756.yaml"));
  await ask((client) => client.putCluster(cluster, definition));
}

/** Two journal entries each time. */
async function happen(ask: Ask, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await ask((client) => client.pauseNode(cluster, "NODE1"));
    await ask((client) => client.resumeNode(cluster, "NODE1"));
  }
}

/** The entries' numbers, in the order in which they came, each verified with the specification's own library. */
function numbersOf(secret: string, received: readonly Received[]): number[] {
  return received.map(({ body, headers }) => {
    const { type, data } = webhookPayloadSchema.parse(new Verifier(secret).verify(body, headers));
    expect(type).toBe(data.entry?.kind);
    expect(headers["webhook-id"]?.endsWith(`_${data.entry?.seq}`)).toBe(true);
    return data.entry?.seq ?? -1;
  });
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, more) => from + more);

test(
  "WH6 a receiver that is down while entries pile up and workerd is killed gets all of them, in order, when it is back",
  { timeout: 90_000 },
  async () => {
    const port = await freePort("127.0.0.1");
    const url = `http://127.0.0.1:${port}/box`;
    let ask = await serve();
    await define(ask);
    const { id, secret, cursor } = await ask((client) => client.createWebhook(cluster, { url }));
    await happen(ask, 5);
    const find = () => ask((client) => client.getWebhook(cluster, id));
    await until(async () => (await find()).state === "Failing", patienceMs, "the first failure");
    await kill();
    ask = await serve();
    await happen(ask, 5);
    const last = (await find()).cursor + (await find()).behind;
    expect(last).toBeGreaterThanOrEqual(cursor + 20);
    const started = await startReceiver(port);
    receiver = started;
    await until(() => started.received("box").length >= last - cursor, patienceMs, "all entries");
    expect(numbersOf(secret, started.received("box"))).toEqual(numbers(cursor + 1, last));
    expect(await find()).toMatchObject({ state: "Delivering", behind: 0, lastError: null });
  },
);

test(
  "WH6 what was under way when workerd was killed is sent again after its next start, though nobody asks for anything",
  { timeout: 90_000 },
  async () => {
    const started = await startReceiver();
    receiver = started;
    const box = `${started.url}/box`;
    const ask = await serve();
    await define(ask);
    const { secret, cursor } = await ask((client) => client.createWebhook(cluster, { url: box }));
    await fetch(box, { method: "PUT", body: "[0]" });
    await happen(ask, 1);
    await until(() => started.received("box").length === 1, patienceMs, "the attempt");
    await kill();
    await fetch(box, { method: "PUT", body: "[200]" });
    await serve();
    await until(() => started.received("box").length >= 3, 30_000, "the entries");
    const came = numbersOf(secret, started.received("box"));
    expect(came).toEqual([cursor + 1, cursor + 1, cursor + 2]);
    const [first, again] = started.received("box");
    expect(again?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
  },
);

test("WH13 a control plane that others reach does not reach loopback, unless it is told", async () => {
  const started = await startReceiver();
  receiver = started;
  const tested = async (ask: Ask): Promise<boolean> => {
    const { webhooks } = await ask((client) => client.listWebhooks(cluster));
    return (await ask((client) => client.testWebhook(cluster, webhooks[0]?.id ?? ""))).delivered;
  };
  const asLocal = await serve();
  await define(asLocal);
  const kinds = ["object.rolled-back" as const];
  await asLocal((client) => client.createWebhook(cluster, { url: `${started.url}/box`, kinds }));
  expect(await tested(asLocal)).toBe(true);
  await controlPlane?.stop();
  expect(await tested(await serve({ host: "0.0.0.0" }))).toBe(false);
  await controlPlane?.stop();
  expect(await tested(await serve({ host: "0.0.0.0", webhookNetworks: ["127.0.0.1/32"] }))).toBe(true);
  expect(started.received("box")).toHaveLength(2);
});

test(
  "WH10 the command makes, shows, tests, rotates and deletes one; a secret is printed where it is made, and the log has none",
  { timeout: 60_000 },
  async () => {
    const started = await startReceiver();
    receiver = started;
    await define(await serve());
    const env = { ...process.env, BRIDGEHEAD_URL: controlPlane?.url, BRIDGEHEAD_TOKEN: controlPlane?.adminToken };
    const run = async (...args: string[]) => {
      const command = startCommand(["webhook", ...args], folder, env);
      expect(await command.ended, command.output()).toBe(0);
      return command.output();
    };
    const secretIn = (text: string) => /^whsec_\S+$/m.exec(text)?.[0] ?? "";
    const made = await run("create", `${started.url}/box`, "--kinds", "node.paused,node.resumed");
    const id = /Webhook ([0-9a-f]{16}) /.exec(made)?.[1] ?? "";
    const rotated = await run("rotate", id);
    expect(await run("test", id)).toContain("(200)");
    expect(await run("enable", id, "--from", "now")).toContain(id);
    const listed = (await run("list")) + (await run("list", "--output", "json"));
    expect(listed).toContain("Delivering");
    const secrets = [secretIn(made), secretIn(rotated)];
    const log = readFileSync(controlPlane?.logFile ?? "", "utf8");
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(30);
      expect(listed + log).not.toContain(secret.slice("whsec_".length));
    }
    const [received] = started.received("box");
    for (const secret of secrets) new Verifier(secret).verify(received?.body ?? "", received?.headers ?? {});
    expect(await run("delete", id, "--yes")).toContain("deleted");
  },
);

test(
  "WH2 the receiver that the documentation shows takes what is genuine, and refuses what is not",
  { timeout: 60_000 },
  async () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/webhooks.md"), "utf8");
    const example = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    const port = await freePort("127.0.0.1");
    const ask = await serve();
    await define(ask);
    const { id, secret } = await ask((client) =>
      client.createWebhook(cluster, { url: `http://127.0.0.1:${port}/`, kinds: ["node.paused"] }),
    );
    const shown = startNode(["--input-type=module", "--eval", example], { WEBHOOK_SECRET: secret, PORT: String(port) });
    try {
      const tested = () => ask((client) => client.testWebhook(cluster, id));
      await until(async () => (await tested()).delivered, patienceMs, "the receiver");
      await happen(ask, 1);
      await until(() => shown.output().includes("node.paused"), patienceMs, "the delivery");
      const forged = {
        method: "POST",
        headers: { "webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,x" },
      };
      expect((await fetch(`http://127.0.0.1:${port}/`, { ...forged, body: "{}" })).status).toBe(401);
      await ask((client) => client.rotateWebhookSecret(cluster, id));
      expect(await tested()).toMatchObject({ delivered: true, status: 204 });
    } finally {
      shown.child.kill("SIGKILL");
      await shown.ended;
    }
  },
);
