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
 * Submits messages to a group's MTA while the agent of its node is killed (SIGKILL), again and again.
 * @param longEach one of so many messages has two hundred times as many lines as the others: it is under way when others wait
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
      while (submitted.length < enough) {
        submitted.push(await x400.submitted(submitted.length % longEach === 0 ? 10_000 : 50));
      }
      if (part < failovers) resumed += await failOver(x400);
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

/** Resolves with how many messages were cut off after something of them was secured: one, or none. */
async function failOver({ stage, startAgent, underWay }: X400Stage): Promise<number> {
  const { owner } = (await expectOk(stage.client.getCluster(cluster))).groups[group] ?? {};
  stage.agent(owner ?? "").kill("SIGKILL");
  await until(async () => (await expectOk(stage.client.getCluster(cluster))).groups[group]?.owner !== owner, 30_000);
  const cutOff = underWay();
  await stage.ownerIs(nodeNames.find((node) => node !== owner) ?? "", 30_000);
  startAgent(owner ?? "");
  await stage.bothUp();
  return cutOff;
}
