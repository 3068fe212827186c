import { setTimeout as delay } from "node:timers/promises";
import { openExchange } from "../../test/e2e/support.ts";
import type { Surroundings } from "../measure.ts";
import { figuresOf } from "../process-figures.ts";

/** One process, a sample each round: bytes in memory, and CPU seconds an hour. */
export type AtRest = { readonly memory: number[]; readonly cpu: number[] };

const seconds = { quick: 5, otherwise: 60 } as const;

/** The knowledge-base cluster with nothing to do but to renew, after it has come to rest. */
export async function agentAtRest({
  rounds,
  quick,
  say,
  later,
}: Surroundings): Promise<Readonly<Record<"owner" | "standby" | "controlPlane", AtRest>>> {
  const cluster = await openExchange();
  later(cluster.close);
  const owner = cluster.running.startAgent("NODE1").pid;
  await cluster.bound("NODE1", 60_000);
  const standby = cluster.running.startAgent("NODE2").pid;
  const processes = { owner, standby, controlPlane: cluster.running.controlPlane.pid };
  const secondsEach = quick ? seconds.quick : seconds.otherwise;
  say(`at rest, ${rounds} times ${secondsEach} s`);
  // The first associations are made, and what was read at the start is forgotten.
  await delay(quick ? 2_000 : 20_000);
  const rest = { owner: none(), standby: none(), controlPlane: none() };
  for (let round = 0; round < rounds; round += 1) {
    const before = Object.entries(processes).map(([, pid]) => figuresOf(pid).cpuSeconds);
    await delay(secondsEach * 1_000);
    for (const [at, name] of (["owner", "standby", "controlPlane"] as const).entries()) {
      const pid = processes[name];
      rest[name].memory.push(figuresOf(pid).residentBytes);
      rest[name].cpu.push(((figuresOf(pid).cpuSeconds - (before[at] ?? 0)) * 3_600) / secondsEach);
    }
  }
  return rest;
}

function none(): AtRest {
  return { memory: [], cpu: [] };
}
