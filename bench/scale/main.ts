import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startControlPlane } from "../../src/cli/workerd/process.ts";
import { createClient } from "../../src/client/http-client.ts";
import { Fleet } from "./fleet.ts";
import { figuresOf } from "../process-figures.ts";

const counts = (process.argv[2] ?? "50,100").split(",").map(Number);
const ttlMs = Number(process.argv[3] ?? 10_000);
const folder = mkdtempSync(join("/srv", "bridgehead-scale-"));
const controlPlane = await startControlPlane({ folder, host: "127.0.0.1", port: 0, tls: null });
const client = createClient({ url: controlPlane.url, token: controlPlane.adminToken, timeoutMs: 10_000 });
const fleet = new Fleet(client, controlPlane.url, { ttlMs, renewMs: ttlMs / 4 });
try {
  console.log(0, figuresOf(controlPlane.pid));
  for (const count of counts) {
    await fleet.growTo(count);
    await delay(ttlMs);
    const [before, answered, own] = [figuresOf(controlPlane.pid), fleet.answered, process.cpuUsage()];
    await delay(20_000);
    const after = figuresOf(controlPlane.pid);
    const used = process.cpuUsage(own);
    console.log(count, after, {
      cpu: (after.cpuSeconds - before.cpuSeconds) / 20,
      renewalsPerSecond: (fleet.answered - answered) / 20,
      writtenPerSecond: (after.writtenBytes - before.writtenBytes) / 20,
      ownCpu: (used.user + used.system) / 20e6,
    });
  }
  const took = (await fleet.silenceOwners(Math.floor((counts.at(-1) ?? 0) / 4))).toSorted((a, b) => a - b);
  console.log({
    least: took[0],
    median: took[took.length >> 1],
    p99: took[Math.floor(took.length * 0.99)],
    most: took.at(-1),
  });
} finally {
  fleet.end();
  await controlPlane.stop();
  rmSync(folder, { recursive: true, force: true });
}
