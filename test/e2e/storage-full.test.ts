import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { codeOf } from "../../src/cli/errors.ts";
import { until } from "../support/until.ts";
import { PlainAgent } from "../support/plain-agent.ts";
import { endAll, killed, newFolder, removeFolders, serve, smallCluster, type Served } from "./storage-support.ts";

const cluster = "full";
const lease = { ttlMs: 500, renewMs: 100 };
const path = process.env["PATH"];
let agents: PlainAgent[] = [];
afterEach(async () => {
  process.env["PATH"] = path;
  for (const agent of agents) agent.stop();
  agents = [];
  await endAll();
  removeFolders();
});

/**
 * No file of this workerd may grow beyond a limit that is set later: a disk that is full, for a program without privilege. The
 * signal that the kernel sends with it is ignored, as it is not sent by a disk.
 */
async function serveLimited(folder: string): Promise<Served> {
  const programs = join(folder, "programs");
  mkdirSync(programs);
  const flock = execFileSync("which", ["flock"], { encoding: "utf8" }).trim();
  writeFileSync(join(programs, "flock"), `#!/bin/sh\ntrap '' XFSZ\nexec ${flock} "$@"\n`, { mode: 0o755 });
  process.env["PATH"] = `${programs}${delimiter}${path}`;
  return serve(folder);
}

function limitFiles({ controlPlane }: Served, bytes: number | "unlimited"): void {
  execFileSync("prlimit", ["--pid", String(controlPlane.pid), `--fsize=${bytes}:`]);
}

/** The code of the refusal, or null when it was done. */
function refusalOf(asked: Promise<unknown>): Promise<string | null> {
  return asked.then(
    () => null,
    (error: unknown) => codeOf(error),
  );
}

test(
  "DK2 while nothing can be written, changes are refused with a code, nothing is granted, what is there is read; then it goes on by itself",
  { timeout: 60_000 },
  async () => {
    const served = await serveLimited(newFolder());
    const { ask, controlPlane } = served;
    await ask((client) => client.putCluster(cluster, { ...smallCluster(cluster), lease }));
    let granted = 0;
    let epoch = 0;
    for (const node of ["NODE1", "NODE2"]) {
      const { token } = await ask((client) => client.createToken(cluster, { role: "node", node }));
      const agent = new PlainAgent({
        cluster,
        node,
        token,
        renewMs: lease.renewMs,
        url: () => controlPlane.url,
        heard: (message) => {
          if (message.type === "answer" && message.outcome.kind === "grant" && message.outcome.holds.length > 0)
            granted += 1;
          for (const held of message.assignment?.groups ?? []) epoch = Math.max(epoch, held.epoch);
        },
      });
      agents.push(agent);
    }
    await until(() => granted > 3, 15_000, "a grant");
    const before = await ask((client) => client.events(cluster, 0));
    const pause = (): Promise<string | null> => refusalOf(ask((client) => client.pauseNode(cluster, "NODE2")));

    // The index of the log needs this much to be opened; the log is longer, and the database would become so.
    limitFiles(served, 32_768);
    await until(async () => (await pause()) === "storage-unwritable", 5_000, "a refusal");
    await delay(300);
    granted = 0;
    const codes = new Set<string | null>();
    const reads = new Set<string | null>();
    const until3s = performance.now() + 3_000;
    while (performance.now() < until3s) {
      codes.add(await pause());
      codes.add(await refusalOf(ask((client) => client.createToken(cluster, { role: "reader" }))));
      codes.add(await refusalOf(ask((client) => client.putCluster("another", smallCluster("another")))));
      reads.add(await refusalOf(ask((client) => client.getCluster(cluster))));
      reads.add(await refusalOf(ask((client) => client.events(cluster, 0))));
      await delay(50);
    }
    expect([...codes]).toEqual(["storage-unwritable"]);
    expect(reads.has(null)).toBe(true);
    // What asks in the moment in which a write is tried again may be told the same.
    expect([...reads].filter((code) => code !== null && code !== "storage-unwritable")).toEqual([]);
    const verdict = await ask((client) => client.sourceAddress(cluster, "Queue", { node: "NODE1" }));
    expect(verdict.decision).not.toBe("BIND");
    expect(granted).toBe(0);

    limitFiles(served, "unlimited");
    await until(async () => (await pause()) === null, 10_000, "a change");
    await until(() => granted > 3, 15_000, "a grant");
    const after = await ask((client) => client.events(cluster, 0));
    expect(after.events.slice(0, before.events.length)).toEqual(before.events);
    expect(after.events.map(({ seq }) => seq)).toEqual(after.events.map((_, at) => at + 1));
    expect(after.events.filter(({ kind }) => kind === "object.unwritable")).toHaveLength(1);
    expect(after.events.filter(({ kind }) => kind === "node.paused")).toHaveLength(1);
    expect((await ask((client) => client.listTokens(cluster))).tokens).toHaveLength(2);
    await ask((client) => client.putCluster("another", smallCluster("another")));
    const log = readFileSync(controlPlane.logFile, "utf8");
    expect(log).toContain("Make room on the disk");

    await killed(served);
    process.env["PATH"] = path;
    const again = await serve(served.folder);
    expect(again.controlPlane.warnings).toEqual([]);
    const view = await again.ask((client) => client.getCluster(cluster));
    expect(view.groups["Queue"]?.epoch).toBeGreaterThanOrEqual(epoch);
  },
);

test(
  "DK2 what is new is refused with the same code, at whichever step of its first writes it is told",
  { timeout: 60_000 },
  async () => {
    const served = await serveLimited(newFolder());
    const { ask } = served;
    limitFiles(served, 32_768);
    const names = Array.from({ length: 400 }, (_, at) => `new-${at}`);
    const codes = await Promise.all(
      names.map((name) => refusalOf(ask((client) => client.putCluster(name, smallCluster(name))))),
    );
    expect(new Set(codes)).toEqual(new Set(["storage-unwritable"]));
    limitFiles(served, "unlimited");
    await until(
      async () => (await refusalOf(ask((client) => client.putCluster("new-0", smallCluster("new-0"))))) === null,
      10_000,
      "a cluster that is new",
    );
  },
);
