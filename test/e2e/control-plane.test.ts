import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { startControlPlane, type ControlPlane } from "../../src/cli/workerd/process.ts";
import { openExchange, socketsOf, type TestExchange } from "./support.ts";
import { until } from "../support/until.ts";

const ttlMs = 2_000;
let cluster: TestExchange | null = null;
let second: ControlPlane | null = null;
afterEach(async () => {
  await cluster?.close();
  await second?.stop();
  cluster = null;
  second = null;
});

/** Both agents up, the group online, and the association to the partner open. */
async function openWithBothNodes(): Promise<TestExchange> {
  const opened = await openExchange();
  cluster = opened;
  for (const node of ["NODE1", "NODE2"] as const) opened.running.startAgent(node);
  await opened.bound("NODE1");
  await until(async () => (await opened.view()).nodes["NODE2"]?.leaseRemainingMs != null, 10_000, "NODE2 up");
  await until(() => calling(opened) === 1, 10_000, "the association");
  return opened;
}

function calling({ stage }: TestExchange): number {
  return socketsOf(stage.virtualAddress, stage.peer.port).calling.length;
}

/** Kills the control plane, and starts it again on the same data and port after a while. */
async function restartAfter({ running, stage }: TestExchange, awayMs: number): Promise<void> {
  const { controlPlane } = running;
  process.kill(controlPlane.pid, "SIGKILL");
  await controlPlane.ended;
  await delay(awayMs);
  const port = Number(new URL(controlPlane.url).port);
  second = await startControlPlane({ folder: stage.stateFolder, host: "127.0.0.1", port, tls: null });
}

test(
  "EE5 a control plane that is killed and back within a quarter of a ttl costs no association and no epoch",
  { timeout: 60_000 },
  async () => {
    const opened = await openWithBothNodes();
    const { epoch } = await opened.group();
    await restartAfter(opened, 0);
    const until3Ttl = performance.now() + 3 * ttlMs;
    while (performance.now() < until3Ttl) {
      expect(calling(opened)).toBe(1);
      expect(await opened.verdict("NODE1")).toMatchObject({ decision: "BIND", epoch });
      await delay(20);
    }
    expect(await opened.group()).toMatchObject({ owner: "NODE1", epoch, state: "Online" });
    const { events } = await opened.running.ask((client) => client.events("exchange", 0));
    expect(events.filter(({ kind }) => kind === "group.owned")).toHaveLength(1);
  },
);

test(
  "EE6 a control plane that is away for three ttl moves no group: mail waits, and goes on under the same epoch",
  { timeout: 60_000 },
  async () => {
    const opened = await openWithBothNodes();
    const { epoch } = await opened.group();
    await restartAfter(opened, 3 * ttlMs);
    expect(await opened.verdict("NODE1")).toMatchObject({ decision: "DEFER" });
    expect(calling(opened)).toBe(0);
    expect(await opened.bound("NODE1", 15_000)).toBe(epoch);
    await until(async () => (await opened.group()).state === "Online", 15_000, "the group online");
    expect(await opened.group()).toMatchObject({ owner: "NODE1", epoch });
    await until(() => calling(opened) === 1, 10_000, "the association");
  },
);

test("EE7 data that is being served is not served again, and the refusal names the folder", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-locked-"));
  const first = await startControlPlane({ folder, host: "127.0.0.1", port: 0, tls: null });
  try {
    const refused = startControlPlane({ folder, host: "127.0.0.1", port: 0, tls: null });
    await expect(refused).rejects.toMatchObject({ code: "data-in-use", message: expect.stringContaining(folder) });
    process.kill(first.pid, "SIGKILL");
    await first.ended;
    const again = await startControlPlane({ folder, host: "127.0.0.1", port: 0, tls: null });
    expect(again.adminToken).toBe(first.adminToken);
    await again.stop();
  } finally {
    await first.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
