import { join } from "node:path";
import { eachLine } from "../../support/lines.ts";
import { until } from "../../support/until.ts";
import { virtualAddress } from "../lan.ts";
import { cluster, expectOk, group, nodeNames } from "../stage.ts";
import { openMailStage } from "./mail-stage.ts";
import { type Served, servedPort } from "./served.ts";
import type { Taken } from "./sink.ts";

/** A message that was brought. `isUncertain`: a try ended without an answer, so that it may have been taken then as well. */
export type Fed = { readonly id: string; readonly isUncertain: boolean };

/** From the kill to the group's being online elsewhere, in milliseconds of the Unix epoch. */
type Cut = { readonly from: number; readonly until: number };

export type Delivery = {
  readonly fed: readonly Fed[];
  readonly taken: readonly Taken[];
  readonly lost: readonly string[];
  readonly twice: readonly string[];
  /** Of those that came twice: the last answer was on its way, in or out, when the mailer was cut off (RFC 1047). */
  readonly inFlight: readonly string[];
  /** The longest time between two messages that came, in milliseconds. */
  readonly longestPauseMs: number;
};

/** How long before a cut an answer may have been given that the mailer had not yet written down, in milliseconds. */
const unwrittenMs = 200;

/**
 * Brings messages to a mailer that is in the group with its queue, while the agent of the node that has the group is killed (SIGKILL), again
 * and again, and started again.
 *
 * @param everyMs between two messages
 */
export async function deliverOver(
  { kind, write, commandLine, takes }: Served,
  { messages, failovers, everyMs }: Readonly<Record<"messages" | "failovers" | "everyMs", number>>,
): Promise<Delivery> {
  const { stage, sink, folder, placeOn, startAgent, close } = await openMailStage(kind);
  try {
    const spool = join(folder, "spool");
    for (const node of nodeNames) await write((await placeOn(node, sink)).place, spool);
    const CommandLine = `run=$(dirname "$BRIDGEHEAD_AGENT_SOCKET"); ${commandLine}`;
    const properties = { CommandLine, CurrentDirectory: folder };
    const mailer = { name: "Mailer", type: "Generic Application", dependsOn: ["Name"], properties };
    await expectOk(stage.client.createResource(cluster, group, mailer));
    await stage.bothUp();

    const bringing = takes === "mail" ? ["feeder.ts", virtualAddress, servedPort] : ["file-feeder.ts", spool];
    const [program = "", ...words] = [...bringing, messages, everyMs].map(String);
    const feeder = stage.lan.host("PEER").start(process.execPath, [join(import.meta.dirname, program), ...words]);
    const fed: Fed[] = [];
    eachLine(feeder, (line) => fed.push(JSON.parse(line) as Fed));

    const cuts: Cut[] = [];
    for (let n = 1; n <= failovers; n += 1) {
      const enough = Math.ceil((messages * n) / (failovers + 1));
      await until(() => fed.length >= enough, 120_000, `message ${enough} of the feeder`);
      const { owner } = (await expectOk(stage.client.getCluster(cluster))).groups[group] ?? {};
      const from = Date.now();
      stage.agent(owner ?? "").kill("SIGKILL");
      await stage.ownerIs(nodeNames.find((node) => node !== owner) ?? "", 30_000);
      cuts.push({ from, until: Date.now() });
      startAgent(owner ?? "");
      await stage.bothUp();
    }
    await until(() => fed.length === messages, 120_000, "all messages of the feeder");
    const isWhole = (): boolean => fed.every(({ id }) => sink.taken.some((taken) => taken.id === id));
    // What has not come by then is lost.
    await until(isWhole, 60_000).catch(() => {});
    return judged(fed, sink.taken, cuts);
  } finally {
    await close();
  }
}

function judged(fed: readonly Fed[], taken: readonly Taken[], cuts: readonly Cut[]): Delivery {
  const of = (id: string): Taken[] => taken.filter((one) => one.id === id);
  const isCut = (at: number): boolean => cuts.some((cut) => at >= cut.from - unwrittenMs && at <= cut.until);
  const twice = fed.filter(({ id }) => of(id).length > 1);
  const inFlight = twice.filter(({ id, isUncertain }) => isUncertain || isCut(of(id)[0]?.at ?? 0));
  const times = taken.map(({ at }) => at).toSorted((a, b) => a - b);
  return {
    fed,
    taken,
    lost: fed.filter(({ id }) => of(id).length === 0).map(({ id }) => id),
    twice: twice.map(({ id }) => id),
    inFlight: inFlight.map(({ id }) => id),
    longestPauseMs: Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at))),
  };
}
