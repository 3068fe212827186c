import { until } from "../../support/until.ts";
import { cluster, expectOk, group, nodeNames } from "../stage.ts";
import { openX400Stage, type X400Stage } from "./x400-stage.ts";

export type X400Delivery = {
  readonly submitted: readonly string[];
  /** Files that the peer has stored; their names hold the messages' identifiers. */
  readonly stored: readonly string[];
  readonly lost: readonly string[];
  /** How many messages were under way, with something of them secured, when the agent was killed. */
  readonly resumed: number;
  /** Addresses that associations with the peer came from. */
  readonly from: readonly string[];
  readonly tookMs: number;
};

/**
 * Submits messages to a group's MTA while the agent of its node is killed (SIGKILL), again and again, each time while a message of 2 MiB is
 * under way.
 * @param longEach one of so many messages has two hundred times as many lines as the others
 */
export async function deliverX400(
  { messages, failovers, longEach }: Readonly<Record<"messages" | "failovers" | "longEach", number>>,
  mode: "x410" | "normal",
): Promise<X400Delivery> {
  const x400 = await openX400Stage(mode);
  try {
    const beganAt = performance.now();
    const submitted: string[] = [];
    let resumed = 0;
    for (let part = 0; part <= failovers; part += 1) {
      const enough = Math.floor((messages * (part + 1)) / (failovers + 1));
      const isCutOff = part < failovers;
      while (submitted.length < enough - (isCutOff ? 1 : 0)) {
        submitted.push(await x400.submitted(submitted.length % longEach === 0 ? 10_000 : 50));
      }
      if (!isCutOff) continue;
      const name = await x400.submitted(100_000);
      submitted.push(name);
      await until(() => x400.isUnderWay(name), 60_000, "a long message under way");
      resumed += await failOver(x400, name);
    }
    const isOver = (): boolean => x400.waiting().length === 0;
    await until(isOver, 120_000, "an empty queue").catch((error: Error) => {
      throw new Error(`${error.message}\n${nodeNames.map(x400.stage.logOf).join("\n").slice(-4_000)}`);
    });
    const tookMs = performance.now() - beganAt;
    const stored = x400.stored();
    const callers = [...x400.peerLog().matchAll(/"callingAddress":"([^"]+)"/g)].map(([, address = ""]) => address);
    return {
      submitted,
      stored,
      resumed,
      lost: submitted.filter((name) => !stored.some((file) => file.includes(`+${name.replace(/\.p1$/, "")}+`))),
      from: [...new Set(callers)],
      tookMs,
    };
  } finally {
    await x400.close();
  }
}

/** Kills the owner's agent. Resolves with how many of one message were cut off after something of it was secured: one, or none. */
async function failOver({ stage, startAgent, isUnderWay }: X400Stage, name: string): Promise<number> {
  const { owner } = (await expectOk(stage.client.getCluster(cluster))).groups[group] ?? {};
  stage.agent(owner ?? "").kill("SIGKILL");
  await until(async () => (await expectOk(stage.client.getCluster(cluster))).groups[group]?.owner !== owner, 30_000);
  const cutOff = isUnderWay(name) ? 1 : 0;
  await stage.ownerIs(nodeNames.find((node) => node !== owner) ?? "", 30_000);
  startAgent(owner ?? "");
  await stage.bothUp();
  return cutOff;
}
