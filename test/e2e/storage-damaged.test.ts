import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { clusterFile, databaseFiles, directoryFile } from "../../src/cli/workerd/object-files.ts";
import { schemaVersion } from "../../src/protocol/schema-version.ts";
import { copyOf, endAll, killed, newFolder, removeFolders, serve, smallCluster } from "./storage-support.ts";

const cluster = "kept";
const pageBytes = 4_096;
/** The folder as `kill -9` left it, with most of it in the log; and the same with all of it in the databases. */
let killedFolder = "";
let wholeFolder = "";
/** Number of the last journal entry. */
let last = 0;

beforeAll(async () => {
  killedFolder = newFolder();
  const served = await serve(killedFolder);
  await served.ask((client) => client.putCluster(cluster, smallCluster(cluster)));
  for (let times = 0; times < 60; times += 1) {
    await served.ask((client) => client.pauseNode(cluster, "NODE1"));
    await served.ask((client) => client.resumeNode(cluster, "NODE1"));
  }
  last = (await served.ask((client) => client.events(cluster, 0))).last;
  await killed(served);
  wholeFolder = copyOf(killedFolder);
  for (const file of databaseFiles(wholeFolder)) {
    const database = new DatabaseSync(file);
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    database.close();
  }
});
afterEach(endAll);
afterAll(removeFolders);

function overwrite(file: string, at: number, bytes: number): void {
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, randomBytes(bytes), 0, bytes, at);
  closeSync(descriptor);
}

function bytesOf(file: string): number {
  return statSync(file).size;
}

test("DK3 the databases are where the check looks for them, and one that is whole is served", async () => {
  expect(existsSync(clusterFile(killedFolder, "KEPT"))).toBe(true);
  expect(existsSync(directoryFile(killedFolder))).toBe(true);
  // Two of our own, and two in which workerd keeps its alarms.
  expect(databaseFiles(killedFolder)).toHaveLength(4);
  for (const base of [killedFolder, wholeFolder]) {
    const { controlPlane, ask } = await serve(copyOf(base));
    expect(controlPlane.warnings).toEqual([]);
    expect((await ask((client) => client.events(cluster, 0))).last).toBeGreaterThanOrEqual(last);
  }
});

describe("a database that is damaged", () => {
  const spoilt: Readonly<Record<string, (file: string) => void>> = {
    "its first page overwritten": (file) => overwrite(file, 0, pageBytes),
    "its first bytes overwritten": (file) => overwrite(file, 0, 16),
    "a page in its middle overwritten": (file) =>
      overwrite(file, Math.floor(bytesOf(file) / pageBytes / 2) * pageBytes, pageBytes),
    "its second half cut off": (file) => truncateSync(file, Math.floor(bytesOf(file) / 2)),
    "its last page cut off": (file) => truncateSync(file, bytesOf(file) - pageBytes),
  };

  for (const [how, spoil] of Object.entries(spoilt)) {
    test(`DK3 ${how}: nothing is started, and the refusal names the file, the cluster and what to do`, async () => {
      const folder = copyOf(wholeFolder);
      const file = clusterFile(folder, cluster);
      spoil(file);
      await expect(serve(folder)).rejects.toMatchObject({
        code: "data-damaged",
        message: expect.stringContaining(`${file} (cluster ${cluster})`),
        parts: { hint: expect.stringMatching(/copy of this file.*roll-back/) },
      });
    });
  }

  test("DK3 a directory, and a file of workerd's own, is refused likewise", async () => {
    for (const at of [directoryFile, (folder: string) => databaseFiles(folder).find((file) => /metadata/.test(file))]) {
      const folder = copyOf(wholeFolder);
      const file = at(folder) ?? "";
      overwrite(file, 0, pageBytes);
      await expect(serve(folder)).rejects.toMatchObject({
        code: "data-damaged",
        message: expect.stringContaining(file),
      });
    }
  });

  test("DK3 one that is empty beside a log that is not, which SQLite would take for new, is refused", async () => {
    const folder = copyOf(killedFolder);
    const file = clusterFile(folder, cluster);
    truncateSync(file);
    await expect(serve(folder)).rejects.toMatchObject({ code: "data-damaged" });
    expect(existsSync(`${file}-wal`)).toBe(true);
  });

  test("DK3 one that is moved away, as the refusal says, or put back from a copy, is served", async () => {
    const folder = copyOf(wholeFolder);
    overwrite(clusterFile(folder, cluster), 0, pageBytes);
    await expect(serve(folder)).rejects.toMatchObject({ code: "data-damaged" });
    rmSync(clusterFile(folder, cluster));
    const served = await serve(folder);
    await served.ask((client) => client.putCluster(cluster, smallCluster(cluster)));
    expect((await served.ask((client) => client.getCluster(cluster))).revision).toBe(1);
  });
});

test("DK6 data of a later version is refused before anything is started", async () => {
  const folder = copyOf(wholeFolder);
  const database = new DatabaseSync(clusterFile(folder, cluster));
  database.exec(`INSERT INTO migrations (version, applied_at) VALUES (${schemaVersion + 1}, 0)`);
  database.close();
  await expect(serve(folder)).rejects.toMatchObject({
    code: "data-newer",
    message: expect.stringMatching(new RegExp(`cluster ${cluster}.*of schema ${schemaVersion + 1}`)),
  });
});

describe("data that is lost", () => {
  for (const [how, lose] of [
    ["missing", (file: string) => rmSync(file)],
    ["empty", (file: string) => truncateSync(file)],
  ] as const) {
    test(`DK4 a database that is ${how} is told of at the start, by the name of its cluster`, async () => {
      const folder = copyOf(wholeFolder);
      const file = clusterFile(folder, cluster);
      lose(file);
      rmSync(`${file}-wal`, { force: true });
      const { controlPlane, ask } = await serve(folder);
      expect(controlPlane.warnings).toEqual([expect.stringContaining(`cluster ${cluster}, and ${file}`)]);
      await expect(ask((client) => client.getCluster(cluster))).rejects.toMatchObject({ code: "cluster-not-defined" });
    });
  }

  test("DK4 a database whose log was taken away before anything had gone from it into the file is told of", async () => {
    const folder = copyOf(killedFolder);
    rmSync(`${clusterFile(folder, cluster)}-wal`);
    const { controlPlane } = await serve(folder);
    expect(controlPlane.warnings).toEqual([expect.stringContaining(`cluster ${cluster}`)]);
  });

  test("DK5 with half of its log, or with a hole in it, a database is at an earlier moment: a journal that ends earlier, without a gap", async () => {
    const halfLog = (file: string): void => truncateSync(`${file}-wal`, Math.floor(bytesOf(`${file}-wal`) / 2));
    const noise = (file: string): void => overwrite(`${file}-wal`, Math.floor(bytesOf(`${file}-wal`) / 2), pageBytes);
    for (const lose of [halfLog, noise]) {
      const folder = copyOf(killedFolder);
      lose(clusterFile(folder, cluster));
      const { ask } = await serve(folder);
      const { events, last: lastNow } = await ask((client) => client.events(cluster, 0));
      expect(lastNow).toBeLessThan(last);
      expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: events.length }, (_, at) => at + 1));
    }
  });
});
