import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { codeOf } from "../../src/cli/errors.ts";
import { endAll, killed, newFolder, removeFolders, serve, smallCluster } from "../e2e/storage-support.ts";
import { until } from "../support/until.ts";

const cluster = "full";
const refusals = new Set<string | null>(["storage-unwritable", "unavailable"]);
let mounted = "";
afterEach(async () => {
  await endAll();
  if (mounted !== "") execFileSync("umount", ["--lazy", mounted]);
  mounted = "";
  removeFolders();
});

/** Writes until there is no room for another byte. */
function fill(file: string): void {
  const descriptor = openSync(file, "a");
  try {
    for (const bytes of [65_536, 4_096, 1]) {
      const block = Buffer.alloc(bytes);
      try {
        for (;;) writeSync(descriptor, block);
      } catch (error) {
        if (codeOf(error) !== "ENOSPC") throw error;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

function refusalOf(asked: Promise<unknown>): Promise<string | null> {
  return asked.then(
    () => null,
    (error: unknown) => codeOf(error),
  );
}

test("DK2 a disk that is really full: changes are refused, and when there is room again nothing has been lost", async () => {
  const folder = newFolder();
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]);
  mounted = folder;
  const served = await serve(folder);
  const { ask, controlPlane } = served;
  // DK8
  expect(controlPlane.warnings).toEqual([expect.stringContaining("MiB left")]);
  await ask((client) => client.putCluster(cluster, smallCluster(cluster)));
  await ask((client) => client.setRegistryValue(cluster, "", "kept", { type: "REG_SZ", value: "before" }));
  const before = await ask((client) => client.events(cluster, 0));
  const write = (value: string): Promise<string | null> =>
    refusalOf(ask((client) => client.setRegistryValue(cluster, "", "kept", { type: "REG_SZ", value })));

  const filler = join(folder, "filler");
  for (let round = 0; round < 3; round += 1) {
    fill(filler);
    await until(async () => refusals.has(await write("x".repeat(20_000))), 10_000, "a refusal");
    const codes = new Set<string | null>();
    const reads = new Set<string | null>();
    for (let times = 0; times < 30; times += 1) {
      fill(filler);
      codes.add(await write("x".repeat(20_000)));
      reads.add(await refusalOf(ask((client) => client.events(cluster, 0))));
      await delay(60);
    }
    expect(
      [...codes].filter((code) => !refusals.has(code)),
      `round ${round}`,
    ).toEqual([]);
    // With not even room for the index of its log, nothing of a database can be read either.
    expect(
      [...reads].filter((code) => code !== null && !refusals.has(code)),
      `round ${round}`,
    ).toEqual([]);
    rmSync(filler);
    await until(async () => (await write(`after ${round}`)) === null, 10_000, "a change");
  }

  const after = await ask((client) => client.events(cluster, 0));
  expect(after.events.slice(0, before.events.length)).toEqual(before.events);
  expect(after.events.map(({ seq }) => seq)).toEqual(after.events.map((_, at) => at + 1));
  const value = await ask((client) => client.registryValue(cluster, "", "kept"));
  expect(value.data).toEqual({ type: "REG_SZ", value: "after 2" });
  await killed(served);
  const again = await serve(folder);
  expect((await again.ask((client) => client.registryValue(cluster, "", "kept"))).data).toEqual(value.data);
});
