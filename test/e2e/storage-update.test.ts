import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { packageRoot } from "../../src/cli/package-files.ts";
import { version } from "../../src/protocol/version.ts";
import { exchange } from "../../src/cli/local/exchange.ts";
import { until } from "../support/until.ts";
import { openExchange, startNode, type Command, type TestExchange } from "./support.ts";

const later = "0.1.0-later";
let opened: TestExchange | null = null;
let served: Command | null = null;
let folder = "";
let watcher: Watcher | null = null;
afterEach(async () => {
  watcher?.stop();
  served?.child.kill("SIGTERM");
  await opened?.close();
  await served?.ended;
  rmSync(folder, { recursive: true, force: true });
  [opened, served, watcher] = [null, null, null];
});

/** The whole package again, with a Worker that says that it is a later one. */
function laterPackage(): string {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-later-"));
  for (const part of ["bin", "dist", "package.json"])
    cpSync(join(packageRoot, part), join(folder, part), { recursive: true });
  symlinkSync(join(packageRoot, "node_modules"), join(folder, "node_modules"));
  const worker = join(folder, "dist", "worker", "worker.js");
  const text = readFileSync(worker, "utf8");
  const updated = text.replaceAll(`= "${version}";`, `= "${later}";`);
  expect(updated).not.toBe(text);
  writeFileSync(worker, updated);
  mkdirSync(join(folder, "logs"));
  return folder;
}

/** Watches over a WebSocket, and again after the last number that it has seen, as long as it is not stopped. */
class Watcher {
  readonly seen: number[] = [];
  readonly gaps: unknown[] = [];
  closed = 0;
  #socket: WebSocket | null = null;
  #stopped = false;

  constructor(url: string, token: string) {
    void this.#watch(url.replace("http", "ws"), { Authorization: `Bearer ${token}` });
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.terminate();
  }

  async #watch(url: string, headers: Record<string, string>): Promise<void> {
    while (!this.#stopped) {
      const after = this.seen.at(-1) ?? 0;
      const socket = new WebSocket(`${url}/v1/clusters/${exchange.cluster}/watch?after=${after}`, { headers });
      this.#socket = socket;
      let open = false;
      socket.on("open", () => (open = true));
      socket.on("error", () => {});
      socket.on("message", (frame: Buffer) => {
        const message = JSON.parse(frame.toString("utf8")) as { type: string; entry?: { seq: number } };
        if (message.entry === undefined) this.gaps.push(message);
        else this.seen.push(message.entry.seq);
      });
      await new Promise((settle) => socket.on("close", settle));
      if (open) this.closed += 1;
      await delay(20);
    }
  }
}

test(
  "DK7 a later version that takes the place of this one closes the connections, and nothing else: owner, epoch and journal go on, and who watches misses nothing",
  { timeout: 60_000 },
  async () => {
    opened = await openExchange();
    const { running, stage } = opened;
    const { controlPlane, ask } = running;
    for (const node of exchange.nodes) running.startAgent(node);
    const cluster = opened;
    await until(async () => (await cluster.group()).state === "Online", 15_000, "the group online");
    const { owner, epoch } = await cluster.group();
    const watch = new Watcher(controlPlane.url, controlPlane.adminToken);
    watcher = watch;
    const { events: before } = await ask((client) => client.events(exchange.cluster, 0));
    await until(() => watch.seen.length >= before.length, 10_000, "the journal so far");

    const program = join(laterPackage(), "bin", "bridgehead.js");
    const { host } = new URL(controlPlane.url);
    await controlPlane.stop();
    served = startNode([program, "serve", "--data", stage.stateFolder, "--listen", host], process.env);
    const answering = async (): Promise<boolean> =>
      ask((client) => client.version()).then(
        (answer) => answer.version === later,
        () => false,
      );
    await until(answering, 20_000, "the later version");
    await until(async () => (await cluster.view()).starting === false, 20_000, "the end of the hold");
    await until(async () => (await cluster.group()).state === "Online", 20_000, "the group online again");
    expect(await cluster.group()).toMatchObject({ owner, epoch });
    await ask((client) => client.pauseNode(exchange.cluster, owner === "NODE1" ? "NODE2" : "NODE1"));

    const { events, last } = await ask((client) => client.events(exchange.cluster, 0));
    expect(events.slice(0, before.length)).toEqual(before);
    expect(events.filter(({ kind }) => kind === "group.owned")).toHaveLength(1);
    await until(() => watch.seen.at(-1) === last, 10_000, "the newest entry");
    expect(watch.seen).toEqual(Array.from({ length: last }, (_, at) => at + 1));
    expect(watch.gaps).toEqual([]);
    expect(watch.closed).toBeGreaterThan(0);
  },
);
