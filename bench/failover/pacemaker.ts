import { type ChildProcess, execFile } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { type Host, virtualAddress } from "../../test/network/lan.ts";
import { until } from "../../test/support/until.ts";
import { type NodeName, playRival } from "./rival.ts";
import type { Played } from "./round.ts";

const run = promisify(execFile);

/** Two nodes without fencing, which nobody should run: there is no power switch for a namespace. Who has the address keeps it. */
const cib = `
<cib validate-with="pacemaker-3.0" epoch="1" num_updates="0" admin_epoch="1">
  <configuration>
    <crm_config><cluster_property_set id="options">
      <nvpair id="fence" name="stonith-enabled" value="false"/>
      <nvpair id="quorum" name="no-quorum-policy" value="ignore"/>
    </cluster_property_set></crm_config>
    <nodes/>
    <resources>
      <primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2">
        <instance_attributes id="vip-a">
          <nvpair id="vip-ip" name="ip" value="${virtualAddress}"/>
          <nvpair id="vip-mask" name="cidr_netmask" value="32"/>
          <nvpair id="vip-nic" name="nic" value="client"/>
        </instance_attributes>
        <operations><op id="vip-monitor" name="monitor" interval="10s"/></operations>
      </primitive>
    </resources>
    <constraints/>
    <rsc_defaults><meta_attributes id="defaults">
      <nvpair id="stick" name="resource-stickiness" value="100"/>
    </meta_attributes></rsc_defaults>
  </configuration>
  <status/>
</cib>
`;

/** Pacemaker on corosync, which waits for a silent host for so many milliseconds before it acts, and then again until all agree. */
export async function playPacemaker(rounds: number, tokenMs: number, played: (played: Played) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-pacemaker-"));
  const nodes = new Map<NodeName, ChildProcess>();
  try {
    await playRival(
      rounds,
      (lan) => ({
        start: (name) => {
          const config = join(folder, `${name}.conf`);
          writeFileSync(
            config,
            corosyncConfig(tokenMs, (node) => lan.host(node).addressOn("client")),
          );
          const script = join(folder, `${name}.sh`);
          writeFileSync(script, startScript(name, config));
          chmodSync(script, 0o755);
          // Processes, mounts and the name of its own: what is killed is all of it, and the address stays.
          const words = ["--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc", script];
          nodes.set(name, lan.host(name).start("unshare", words));
        },
        stop: async (name) => {
          process.kill(await daemonOn(lan.host(name)), "SIGTERM");
        },
        isReady: async () => {
          await until(
            async () => (await shown(lan.host("NODE1"))).includes("Online: [ NODE1 NODE2 ]"),
            90_000,
            "both nodes",
          );
          // What it has begun because of that.
          await delay(3_000);
        },
        kill: async (name) => {
          const node = nodes.get(name);
          if (node === undefined || node.exitCode !== null || node.signalCode !== null) return;
          node.kill("SIGKILL");
          await once(node, "exit");
        },
      }),
      played,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function daemonOn(host: Host): Promise<number> {
  const { stdout } = await run("ip", ["netns", "pids", host.namespace]);
  const pids = stdout.split("\n").filter((pid) => pid !== "");
  const daemon = pids.find((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "pacemakerd");
  if (daemon === undefined) throw new Error(`no pacemakerd runs on ${host.name}`);
  return Number(daemon);
}

/** What `crm_mon` says on a host; nothing while it does not answer. */
async function shown(host: Host): Promise<string> {
  const words = async () => [
    `--target=${await daemonOn(host)}`,
    "--mount",
    "--uts",
    "--ipc",
    "--net",
    "--pid",
    "crm_mon",
    "-1",
  ];
  return words()
    .then((all) => run("nsenter", all))
    .then(
      ({ stdout }) => stdout,
      () => "",
    );
}

function corosyncConfig(tokenMs: number, addressOf: (name: NodeName) => string): string {
  const node = (name: NodeName, id: number): string => `
  node {
    name: ${name}
    nodeid: ${id}
    ring0_addr: ${addressOf(name)}
  }`;
  return `
totem {
  version: 2
  cluster_name: bench
  transport: udpu
  token: ${tokenMs}
  crypto_cipher: none
  crypto_hash: none
}
nodelist {${node("NODE1", 1)}${node("NODE2", 2)}
}
quorum {
  provider: corosync_votequorum
  two_node: 1
  wait_for_all: 0
}
logging {
  to_stderr: yes
  to_syslog: no
}
`;
}

/** As a host's own: what it keeps is in memory, so that each start is that of a host that has just been installed. */
function startScript(name: NodeName, config: string): string {
  return `#!/bin/sh
set -e
hostname ${name}
for folder in /run /dev/shm /var/lib/corosync /var/lib/pacemaker /var/log/pacemaker /var/log/corosync; do mount -t tmpfs tmpfs $folder; done
mkdir -p /run/crm /run/corosync /run/resource-agents /run/lock /var/lib/pacemaker/cib /var/lib/pacemaker/pengine /var/lib/pacemaker/cores /var/lib/pacemaker/blackbox
cat > /var/lib/pacemaker/cib/cib.xml <<'CIB'${cib}CIB
chown -R hacluster:haclient /run/crm /var/lib/pacemaker /var/log/pacemaker
chmod 600 /var/lib/pacemaker/cib/cib.xml
corosync -f -c ${config} >${config}.log 2>&1 &
until corosync-quorumtool -s >/dev/null 2>&1; do sleep 0.05; done
exec pacemakerd -f >>${config}.log 2>&1
`;
}
