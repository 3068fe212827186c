import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { lockMachine } from "../support/machine-lock.ts";

const run = promisify(execFile);

/** Where a host is attached: to `client`, where the virtual IP lives, and to `control`, the way to the control plane. */
export type Side = "client" | "control";

/** A host: a network namespace with a device on each switch that it is attached to, named as the side is. */
export type Host = {
  readonly name: string;
  readonly namespace: string;
  /** Its own address on a side. */
  readonly addressOn: (side: Side) => string;
  /** The hardware address of a side. */
  readonly macOn: (side: Side) => Promise<string>;
  /** Runs a command to its end; resolves with what it wrote to stdout, and rejects with what it wrote to stderr. */
  readonly run: (command: string, ...args: string[]) => Promise<string>;
  /** A process that stays. It is gone at the latest when the network is. */
  readonly start: (command: string, args: readonly string[], env?: NodeJS.ProcessEnv) => ChildProcess;
  /** Pulls the cable, or puts it back. */
  readonly setLink: (side: Side, state: "up" | "down") => Promise<void>;
  /** Loses so much of what comes to the host on this side; 0: nothing. */
  readonly setLoss: (side: Side, percent: number) => Promise<void>;
  /** How many packets that has lost since it was set. */
  readonly lost: (side: Side) => Promise<number>;
  /** Holds back what the host sends on this side, by so much and up to half of it more or less; 0: not at all. Needs netem. */
  readonly setDelay: (side: Side, ms: number) => Promise<void>;
};

/** Whether an echo request to the address is answered. */
export function reaches(host: Host, address: string): Promise<boolean> {
  return host.run("ping", "-c", "1", "-W", "1", address).then(
    () => true,
    () => false,
  );
}

/** What the host's neighbour table says of an address. */
export function neighbourOf(host: Host, address: string): Promise<string> {
  return host.run("ip", "neighbour", "show", "to", address);
}

/** Whether the kernel can delay packets (sch_netem). */
export async function hasNetem(): Promise<boolean> {
  const namespace = `bh${process.pid}-netem`;
  await run("ip", ["netns", "add", namespace]);
  const words = ["netns", "exec", namespace, "tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"];
  const has = await run("ip", words).then(
    () => true,
    () => false,
  );
  await run("ip", ["netns", "delete", namespace]);
  return has;
}

export type Lan = {
  readonly host: (name: string) => Host;
  /** The device of the switch that a host is attached to. */
  readonly portOf: (name: string, side: Side) => string;
  /** A process that sees what the switches see. */
  readonly startAtSwitches: (command: string, args: readonly string[]) => ChildProcess;
  /** Ends what still runs in it, and leaves nothing of it behind. */
  readonly close: () => Promise<void>;
};

/** Networks that are never in use outside of a measurement (RFC 2544). */
const networks = {
  client: { v4: "198.18.77", v6: "2001:2:0:77" },
  control: { v4: "198.18.78", v6: "2001:2:0:78" },
} as const satisfies Record<Side, { v4: string; v6: string }>;

export const virtualAddress = `${networks.client.v4}.100`;
export const virtualAddress6 = `${networks.client.v6}::100`;
export const clientNetwork = `${networks.client.v4}.0/24`;

/** This process's own place on the control side. */
const ownDevice = `bhl${process.pid}`;

/**
 * Hosts as network namespaces on two switches, which are bridges in a namespace of their own. The test process has a device
 * on the control side, so that it can ask the control plane; nothing else of it is seen outside.
 */
export async function openLan(names: readonly string[]): Promise<Lan> {
  // One test network at a time on this machine: all of them have the same addresses on the control side.
  const unlock = await lockMachine("test-network", 300_000);
  const prefix = `bh${process.pid}`;
  const switches = `${prefix}-switches`;
  const hosts = new Map<string, Host>();

  async function ip(...args: string[]): Promise<void> {
    await run("ip", args);
  }

  async function attach(namespace: string, side: Side, index: number): Promise<void> {
    const port = `${side}${index}`;
    await ip("-n", switches, "link", "add", port, "type", "veth", "peer", "name", side, "netns", namespace);
    await ip("-n", switches, "link", "set", port, "master", side, "up");
    await ip("-n", namespace, "address", "add", `${networks[side].v4}.${index}/24`, "dev", side);
    await ip("-n", namespace, "address", "add", `${networks[side].v6}::${index}/64`, "dev", side, "nodad");
    // Before it asks whether somebody has an IPv6 address a host waits for up to a second, lest all hosts ask at once (RFC 4862 section 5.4.2).
    await ip("netns", "exec", namespace, "sysctl", "-q", "-w", `net.ipv6.conf.${side}.router_solicitation_delay=0`);
    await ip("-n", namespace, "link", "set", side, "up");
  }

  async function close(): Promise<void> {
    for (const namespace of [...[...hosts.values()].map((host) => host.namespace), switches]) {
      const pids = (await run("ip", ["netns", "pids", namespace])).stdout.split("\n").filter((pid) => pid !== "");
      for (const pid of pids) killQuietly(Number(pid));
      await ip("netns", "delete", namespace);
    }
    unlock();
  }

  await ip("netns", "add", switches);
  for (const side of ["client", "control"] as const) {
    await ip("-n", switches, "link", "add", side, "type", "bridge", "forward_delay", "0", "mcast_snooping", "0");
    await ip("-n", switches, "link", "set", side, "up");
  }
  for (const [position, name] of names.entries()) {
    const namespace = `${prefix}-${name}`;
    await ip("netns", "add", namespace);
    await ip("-n", namespace, "link", "set", "lo", "up");
    hosts.set(name, hostOf(name, namespace, switches, position + 1));
    for (const side of ["client", "control"] as const) await attach(namespace, side, position + 1);
  }
  await ip("link", "add", ownDevice, "type", "veth", "peer", "name", "test", "netns", switches);
  await ip("-n", switches, "link", "set", "test", "master", "control", "up");
  await ip("address", "add", `${networks.control.v4}.250/24`, "dev", ownDevice);
  await ip("link", "set", ownDevice, "up");

  return {
    host: (name) => {
      const host = hosts.get(name);
      if (host === undefined) throw new Error(`there is no host ${name}`);
      return host;
    },
    portOf: (name, side) => `${side}${names.indexOf(name) + 1}`,
    startAtSwitches: (command, args) => startIn(switches, command, args),
    close,
  };
}

function hostOf(name: string, namespace: string, switches: string, index: number): Host {
  const inside = (command: string, args: readonly string[]): string[] => ["netns", "exec", namespace, command, ...args];
  return {
    name,
    namespace,
    addressOn: (side) => `${networks[side].v4}.${index}`,
    macOn: async (side) => (await run("ip", inside("cat", [`/sys/class/net/${side}/address`]))).stdout.trim(),
    run: async (command, ...args) => (await run("ip", inside(command, args))).stdout,
    start: (command, args, env) => startIn(namespace, command, args, env),
    setLoss: async (side, percent) => {
      const table = `loss_${side}`;
      const hook = `{ type filter hook ingress device "${side}" priority 0; }`;
      const commands = [
        `add table netdev ${table}`,
        `delete table netdev ${table}`,
        ...(percent === 0
          ? []
          : [
              `add table netdev ${table}`,
              `add chain netdev ${table} in ${hook}`,
              `add rule netdev ${table} in numgen random mod 100 < ${percent} counter drop`,
            ]),
      ];
      await run("ip", inside("nft", [commands.join("; ")]));
    },
    lost: async (side) => {
      const listed = await run("ip", inside("nft", ["list", "table", "netdev", `loss_${side}`]));
      return Number(/counter packets (\d+)/.exec(listed.stdout)?.[1] ?? 0);
    },
    setDelay: async (side, ms) => {
      const words = ["qdisc", "replace", "dev", side, "root", "netem", "delay", `${ms}ms`, `${ms / 2}ms`];
      await run("ip", inside("tc", words));
    },
    // At the switch: the host loses its carrier, and keeps its addresses.
    setLink: async (side, state) => {
      await run("ip", ["-n", switches, "link", "set", `${side}${index}`, state]);
    },
  };
}

/** `ip netns exec` becomes what it starts, so that the process is the command itself. */
function startIn(namespace: string, command: string, args: readonly string[], env = process.env): ChildProcess {
  const words = ["netns", "exec", namespace, command, ...args];
  const child = spawn("ip", words, { stdio: ["ignore", "pipe", "pipe"], env });
  void once(child, "exit");
  return child;
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended meanwhile, which is what was wanted.
  }
}
