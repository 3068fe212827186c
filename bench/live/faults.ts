import { setTimeout as delay } from "node:timers/promises";
import type { Side } from "../../test/network/lan.ts";
import { cluster, group, nodeNames, type Stage } from "../../test/network/stage.ts";
import { until } from "../../test/support/until.ts";
import type { Fault } from "./plan.ts";

/** How a fault is brought about and mended. An operator's wish that is refused, or that nobody hears, has come to nothing. */
type Way = {
  readonly begin: () => Promise<void>;
  readonly mend: () => Promise<void>;
};

/** What keeps agents running, as systemd does where there is one. */
export type Keeper = { readonly end: () => void };

const againMs = 300;
const patienceMs = 60_000;
const nothing = async (): Promise<void> => {};

/** An agent that has ended is started again soon after, whatever ended it. */
export function keepAgents(stage: Stage, start: (name: string) => void): Keeper {
  const timer = setInterval(() => {
    for (const name of nodeNames) {
      const { exitCode, signalCode } = stage.agent(name);
      if (exitCode !== null || signalCode !== null) start(name);
    }
  }, againMs);
  return { end: () => clearInterval(timer) };
}

export async function play(stage: Stage, fault: Fault): Promise<void> {
  const { begin, mend } = wayOf(stage, fault);
  try {
    await begin();
    await delay(fault.forMs);
  } finally {
    await mend();
  }
}

function wayOf(stage: Stage, { kind, node }: Fault): Way {
  const on = node ?? nodeNames[0];
  switch (kind) {
    case "agent killed":
      return killed(() => stage.signal(on, "agent", "SIGKILL"));
    case "guard killed":
      return killed(() => stage.signal(on, "guard", "SIGKILL"));
    case "agent and guard killed":
      return killed(() => stage.killAll(on));
    case "agent stopped":
      return stopped(stage, on, "agent");
    case "guard stopped":
      return stopped(stage, on, "guard");
    case "agent and guard stopped":
      return stopped(stage, on, "both");
    case "agent ended":
      return killed(async () => {
        const agent = stage.agent(on);
        agent.kill("SIGTERM");
        const isOver = () => agent.exitCode !== null || agent.signalCode !== null;
        // The next one waits for it in any case.
        await until(isOver, patienceMs, "its end").catch(() => agent.kill("SIGKILL"));
      });
    case "control plane killed":
      return { begin: () => stage.signalControl("SIGKILL"), mend: () => started(stage) };
    case "control plane stopped":
      return { begin: () => stage.signalControl("SIGSTOP"), mend: () => stage.signalControl("SIGCONT") };
    case "control link down":
      return down(stage, on, ["control"]);
    case "client link down":
      return down(stage, on, ["client"]);
    case "both links down":
      return down(stage, on, ["control", "client"]);
    case "control link deaf":
      return oneWay(stage, on, "deaf", "control");
    case "client link deaf":
      return oneWay(stage, on, "deaf", "client");
    case "control link mute":
      return oneWay(stage, on, "mute", "control");
    case "client link mute":
      return oneWay(stage, on, "mute", "client");
    case "move":
      return { begin: () => moved(stage), mend: nothing };
    case "node paused":
      return {
        begin: () => asked(stage.client.pauseNode(cluster, on)),
        mend: () => insisted(() => stage.client.resumeNode(cluster, on)),
      };
    case "group offline":
      return {
        begin: () => asked(stage.client.commandGroup(cluster, group, "offline")),
        mend: () => insisted(() => stage.client.commandGroup(cluster, group, "online")),
      };
  }
}

/** What is gone is started by the keeper, or by its agent. */
function killed(begin: () => Promise<void>): Way {
  return { begin, mend: nothing };
}

function stopped(stage: Stage, node: string, what: "agent" | "guard" | "both"): Way {
  return { begin: () => stage.signal(node, what, "SIGSTOP"), mend: () => stage.signal(node, what, "SIGCONT") };
}

function down(stage: Stage, node: string, sides: readonly Side[]): Way {
  const set = async (state: "up" | "down"): Promise<void> => {
    for (const side of sides) await stage.node(node).setLink(side, state);
  };
  return { begin: () => set("down"), mend: () => set("up") };
}

/** `deaf`: it speaks, and hears nothing. `mute`: it hears, and nobody hears it. */
function oneWay(stage: Stage, node: string, what: "deaf" | "mute", side: Side): Way {
  const table = `live_${what}_${side}`;
  const fresh = `add table netdev ${table}; delete table netdev ${table}`;
  const hook = what === "deaf" ? "ingress" : "egress";
  const chain = `chain netdev ${table} gate { type filter hook ${hook} device "${side}" priority 100; }`;
  const drop = `add table netdev ${table}; add ${chain}; add rule netdev ${table} gate counter drop`;
  const nft = async (commands: string): Promise<void> => void (await stage.node(node).run("nft", commands));
  return { begin: () => nft(`${fresh}; ${drop}`), mend: () => nft(fresh) };
}

/** One that is late in answering on a busy machine is waited for once more: a second one on its data gives up at once. */
function started(stage: Stage): Promise<void> {
  return stage.startControl().catch(() => stage.startControl());
}

async function moved(stage: Stage): Promise<void> {
  const view = await stage.client.getCluster(cluster);
  if (!view.ok) return;
  const owner = view.value.groups[group]?.owner;
  const target = nodeNames.find((name) => name !== owner) ?? nodeNames[0];
  await asked(stage.client.moveGroup(cluster, group, { target }));
}

async function asked(request: Promise<unknown>): Promise<void> {
  await request;
}

/** Until it is carried out: the control plane may be away. */
async function insisted(request: () => Promise<{ readonly ok: boolean }>): Promise<void> {
  await until(async () => (await request()).ok || (await delay(againMs, false)), patienceMs, "the operator's wish");
}

/** Whatever was on its way is undone: nothing is stopped, cut, paused or offline any more. */
export async function mendAll(stage: Stage): Promise<void> {
  await stage.signalControl("SIGCONT");
  for (const name of nodeNames) {
    await stage.signal(name, "both", "SIGCONT");
    for (const side of ["client", "control"] as const) {
      await stage.node(name).setLink(side, "up");
      for (const what of ["deaf", "mute"] as const) await oneWay(stage, name, what, side).mend();
    }
  }
  for (const name of nodeNames) await insisted(() => stage.client.resumeNode(cluster, name));
  await insisted(() => stage.client.commandGroup(cluster, group, "online"));
}

/** Both nodes are up and the group is online; false: not within the patience. */
export async function cameRound(stage: Stage, patienceMs: number): Promise<boolean> {
  const isUp = async (): Promise<boolean> => {
    const view = await stage.client.getCluster(cluster);
    if (!view.ok) return false;
    const { nodes, groups } = view.value;
    return nodeNames.every((name) => nodes[name]?.state === "Up") && groups[group]?.state === "Online";
  };
  return until(async () => (await isUp()) || (await delay(100, false)), patienceMs).then(
    () => true,
    () => false,
  );
}
