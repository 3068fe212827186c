// The same for keepalived, on the same hosts and with the same watchers: node bench/failover/keepalived.ts [rounds] [advert_int]
// Needs keepalived besides what main.ts needs.
import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openLan, virtualAddress } from "../../test/network/lan.ts";
import { until } from "../../test/support/until.ts";
import { heading, judge, row, type Watched } from "./round.ts";
import { openWatch } from "./watch.ts";
import { captureFrames } from "./watchers.ts";

const rounds = Number(process.argv[2] ?? 10);
const advertInt = process.argv[3] ?? "1";
const names = ["NODE1", "NODE2"] as const;

const folder = mkdtempSync(join(tmpdir(), "bridgehead-keepalived-"));
const lan = await openLan(["NODE1", "NODE2", "PEER"]);
const daemons = new Map<string, ChildProcess>();
try {
  const watch = await openWatch(lan, names);
  for (const name of names) start(name);
  await settled();
  console.log(`keepalived, advert_int ${advertInt}, milliseconds (least/median/most)\n${heading}`);
  await scene("clean stop", async (owner) => end(owner, "SIGTERM"));
  await scene("silent host (links cut)", async (owner) => lan.host(owner).setLink("client", "down"));
  await scene("daemon killed whole", async (owner) => killWhole(owner));

  async function scene(name: string, befall: (owner: string) => Promise<void>): Promise<void> {
    const capture = await captureFrames(lan, names, virtualAddress);
    const watched: Watched[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const owner = await ownerNow();
      watched.push(
        await watch(owner, async () => {
          await befall(owner);
          return () => delay(1_000);
        }),
      );
      await lan.host(owner).setLink("client", "up");
      await killWhole(owner);
      await lan
        .host(owner)
        .run("ip", "address", "flush", "to", `${virtualAddress}/32`)
        .catch(() => "");
      start(owner);
      await settled();
    }
    const frames = await capture.end();
    const judged = watched.map((one) => judge(one, frames));
    console.log(row(name, judged));
  }
} finally {
  for (const name of names) await killWhole(name);
  await lan.close();
  rmSync(folder, { recursive: true });
}

function start(name: string): void {
  const file = join(folder, `${name}.conf`);
  const pids = { "-p": join(folder, `${name}.pid`), "-r": join(folder, `${name}.vrrp.pid`) };
  // One that was killed leaves them, and the next one takes them for its own.
  for (const left of Object.values(pids)) rmSync(left, { force: true });
  writeFileSync(file, configOf(name));
  const words = ["-n", "-P", "-f", file, ...Object.entries(pids).flat()];
  daemons.set(name, lan.host(name).start("keepalived", words));
}

/** Neither is preferred: who has the address keeps it, as a group does. */
function configOf(name: string): string {
  return `
global_defs { vrrp_version 3 }
vrrp_instance V {
  state BACKUP
  nopreempt
  interface client
  virtual_router_id 51
  priority ${name === "NODE1" ? 100 : 90}
  advert_int ${advertInt}
  virtual_ipaddress { ${virtualAddress}/32 dev client }
}
`;
}

async function end(name: string, signal: NodeJS.Signals): Promise<void> {
  daemons.get(name)?.kill(signal);
}

/** The daemon and the process that it has for VRRP. */
async function killWhole(name: string): Promise<void> {
  const daemon = daemons.get(name);
  if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
  const children = await lan
    .host(name)
    .run("pgrep", "-P", String(daemon.pid))
    .catch(() => "");
  for (const pid of [String(daemon.pid), ...children.split("\n")].filter((text) => text !== "")) {
    process.kill(Number(pid), "SIGKILL");
  }
  await once(daemon, "exit");
}

async function holders(): Promise<string[]> {
  const shown = await Promise.all(
    names.map(async (name) => [name, await lan.host(name).run("ip", "address", "show", "to", virtualAddress)] as const),
  );
  return shown.filter(([, text]) => text !== "").map(([name]) => name);
}

async function ownerNow(): Promise<string> {
  return (await holders())[0] ?? "";
}

async function settled(): Promise<void> {
  await until(async () => (await holders()).length === 1, 30_000, "one host with the address");
  // One that has just been started listens for some advertisements before it can take over.
  await delay(Math.max(500, 4_000 * Number(advertInt)));
}
