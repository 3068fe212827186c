import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { virtualAddress } from "../../test/network/lan.ts";
import { type NodeName, playRival } from "./rival.ts";
import type { Played } from "./round.ts";

/** keepalived, each node advertising as often as this, in milliseconds. */
export async function playKeepalived(
  rounds: number,
  advertMs: number,
  played: (played: Played) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-keepalived-"));
  const daemons = new Map<NodeName, ChildProcess>();
  try {
    await playRival(
      rounds,
      (lan) => ({
        start: (name) => {
          const file = join(folder, `${name}.conf`);
          const pids = { "-p": join(folder, `${name}.pid`), "-r": join(folder, `${name}.vrrp.pid`) };
          // One that was killed leaves them, and the next one takes them for its own.
          for (const left of Object.values(pids)) rmSync(left, { force: true });
          writeFileSync(file, configOf(name, advertMs));
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
        isReady: () => delay(Math.max(500, 4 * advertMs)),
      }),
      played,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Neither is preferred: who has the address keeps it, as a group does. */
function configOf(name: NodeName, advertMs: number): string {
  return `
global_defs { vrrp_version 3 }
vrrp_instance V {
  state BACKUP
  nopreempt
  interface client
  virtual_router_id 51
  priority ${name === "NODE1" ? 100 : 90}
  advert_int ${advertMs / 1_000}
  virtual_ipaddress { ${virtualAddress}/32 dev client }
}
`;
}
