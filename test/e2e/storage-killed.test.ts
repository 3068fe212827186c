import { afterEach, expect, test } from "vitest";
import { killUnderLoad } from "./storage-load.ts";
import { endAll, removeFolders } from "./storage-support.ts";

afterEach(async () => {
  await endAll();
  removeFolders();
});

test(
  "DK1 killed at random moments under load, a control plane has lost nothing that it had confirmed",
  { timeout: 60_000 },
  async () => {
    const seed = Date.now() % 1_000_000;
    const report = await killUnderLoad(seed, { kills: 40, ms: 20_000 });
    console.log(JSON.stringify({ seed, ...report }));
    expect(report.findings, `node test/e2e/storage-killed-run.ts --seed ${seed}`).toEqual([]);
    // A run that did nothing has shown nothing.
    expect(report.kills).toBeGreaterThan(3);
    expect(report.confirmed).toBeGreaterThan(50);
    expect(report.unanswered).toBeGreaterThan(0);
    expect(report.epochs).toBeGreaterThan(1);
  },
);
