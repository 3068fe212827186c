// The same for keepalived: node bench/failover/keepalived.ts [rounds] [advert_int]
// Needs keepalived besides what main.ts needs.
import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { virtualAddress } from "../../test/network/lan.ts";
import { type NodeName, playRival } from "./rival.ts";

const rounds = Number(process.argv[2] ?? 10);
const advertInt = process.argv[3] ?? "1";

const folder = mkdtempSync(join(tmpdir(), "bridgehead-keepalived-"));
const daemons = new Map<NodeName, ChildProcess>();
try {
  await playRival(rounds, (lan) => ({
    title: `keepalived, advert_int ${advertInt}`,
    start: (name) => {
      const file = join(folder, `${name}.conf`);
      const pids = { "-p": join(folder, `${name}.pid`), "-r": join(folder, `${name}.vrrp.pid`) };
      // One that was killed leaves them, and the next one takes them for its own.
      for (const left of Object.values(pids)) rmSync(left, { force: true });
      writeFileSync(file, configOf(name));
      const words = ["-n", "-P", "-f", file, ...Object.entries(pids).flat()];
      daemons.set(name, lan.host(name).start("keepalived", words));
    },
    stop: async (name) => void daemons.get(name)?.kill("SIGTERM"),
    // The daemon and the process that it has for VRRP.
    kill: async (name) => {
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
    },
    // One that has just been started listens for some advertisements before it can take over.
    isReady: () => delay(Math.max(500, 4_000 * Number(advertInt))),
  }));
} finally {
  rmSync(folder, { recursive: true });
}

/** Neither is preferred: who has the address keeps it, as a group does. */
function configOf(name: NodeName): string {
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
