import { until } from "../../support/until.ts";
import { cluster, expectOk, group, nodeNames } from "../stage.ts";
import type { Mode, X400Stage } from "./x400-stage.ts";

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
 * Submits messages for the peer of a mode to a group's MTA while the agent of its node is killed (SIGKILL), again and again, each time
 * while a message of 2 MiB is under way.
 * @param longEach one of so many messages has two hundred times as many lines as the others
 */
export async function deliverX400(
  x400: X400Stage,
  mode: Mode,
  { messages, failovers, longEach }: Readonly<Record<"messages" | "failovers" | "longEach", number>>,
): Promise<X400Delivery> {
  const peer = x400.peer(mode);
  const beganAt = performance.now();
  const submitted: string[] = [];
  let resumed = 0;
  for (let part = 0; part <= failovers; part += 1) {
    const enough = Math.floor((messages * (part + 1)) / (failovers + 1));
    const isCutOff = part < failovers;
    while (submitted.length < enough - (isCutOff ? 1 : 0)) {
      submitted.push(await peer.submitted(submitted.length % longEach === 0 ? 10_000 : 50));
    }
    if (!isCutOff) continue;
    const name = await peer.submitted(100_000);
    submitted.push(name);
    await until(() => peer.isUnderWay(name), 60_000, "a long message under way");
    if (await failOver(x400, () => peer.isUnderWay(name))) resumed += 1;
  }
  const isOver = (): boolean => peer.waiting().length === 0;
  await until(isOver, 120_000, "an empty queue").catch((error: Error) => {
    throw new Error(`${error.message}\n${nodeNames.map(x400.stage.logOf).join("\n").slice(-4_000)}`);
  });
  const tookMs = performance.now() - beganAt;
  const stored = peer.stored();
  const callers = [...peer.log().matchAll(/"callingAddress":"([^"]+)"/g)].map(([, address = ""]) => address);
  return {
    submitted,
    stored,
    resumed,
    lost: submitted.filter((name) => !stored.some((file) => file.includes(`+${name.replace(/\.p1$/, "")}+`))),
    from: [...new Set(callers)],
    tookMs,
  };
}

/** Kills the owner's agent. Resolves with whether something was under way still when the owner had been cut off. */
async function failOver({ stage, startAgent }: X400Stage, isUnderWay: () => boolean): Promise<boolean> {
  const { owner } = (await expectOk(stage.client.getCluster(cluster))).groups[group] ?? {};
  stage.agent(owner ?? "").kill("SIGKILL");
  await until(async () => (await expectOk(stage.client.getCluster(cluster))).groups[group]?.owner !== owner, 30_000);
  const isCutOff = isUnderWay();
  await stage.ownerIs(nodeNames.find((node) => node !== owner) ?? "", 30_000);
  startAgent(owner ?? "");
  await stage.bothUp();
  return isCutOff;
}
