import { join } from "node:path";
import { lookup } from "../../cluster/definition/definition.ts";
import type { JournalEntry } from "../../cluster/journal.ts";
import type { Bind, Verdict } from "../../cluster/questions/verdict.ts";
import { mtaAssociate, type MtaAssociateOptions } from "../../mta/commands.ts";
import { localVerdicts } from "../../mta/local-verdicts.ts";
import { protocolLimits } from "../../protocol/limits.ts";
import type { Child } from "../local/child.ts";
import {
  addressOf,
  exchange,
  exchangeFiles,
  startExchange,
  type ExchangeNode,
  type RunningExchange,
} from "../local/exchange.ts";
import type { Transcript } from "../local/transcript.ts";
import type { Stage } from "./stage.ts";

const { cluster, group, peer } = exchange;
const [first, second] = exchange.nodes;

/** The case of KB Q186756 from the first refused call to the group's return. Rejects with the line that failed. */
export async function playDemo(stage: Stage, transcript: Transcript, interrupted: Promise<never>): Promise<void> {
  transcript.say(`Microsoft KB Q186756, played on this machine, addresses ${stage.network}.*\n`);
  let running: RunningExchange | null = null;
  const acts = async (): Promise<void> => {
    transcript.say("1. Two nodes, one virtual server, one partner");
    await transcript.check("the control plane starts", async () => {
      running = await startExchange({ ...stage, folder: stage.stateFolder, port: 0 });
      return `the control plane is up at ${running.controlPlane.url}`;
    });
    if (running !== null) await playActs({ stage, transcript, running });
  };
  try {
    await Promise.race([acts(), interrupted]);
  } finally {
    transcript.end();
    await (running as RunningExchange | null)?.stop();
  }
}

type Play = { readonly stage: Stage; readonly transcript: Transcript; readonly running: RunningExchange };

async function playActs(play: Play): Promise<void> {
  const agent = await bringUp(play);
  const refusals = await callUnpatched(play);
  await callPatched(play, first);
  const before = await failOver(play, agent);
  await comeBack(play, before, refusals);
}

// --- the acts -------------------------------------------------------------------------------------------------------

async function bringUp(play: Play): Promise<Child> {
  const { stage, transcript, running } = play;
  const agent = running.startAgent(first);
  await transcript.check(`${first} owns the group`, async () => {
    const { epoch } = await bindOn(play, first);
    return `${first} has joined and owns group ${group}, epoch ${epoch}`;
  });
  running.startAgent(second);
  await transcript.check(`${second} stands by`, async () => {
    const reason = await transcript.until(async () => {
      const verdict = await askAgent(play, second);
      return verdict.decision === "DEFER" && verdict.reason === "standby" && (await isUp(play, second))
        ? verdict.reason
        : null;
    });
    return `${second} has joined; asked from where it may call, it says DEFER ${reason}`;
  });
  transcript.say(`   The virtual server EXCHVS has the virtual IP ${stage.virtualAddress}. The partner, ${peer},`);
  transcript.say("   accepts it from there, and from nowhere else.\n");
  return agent;
}

/** Returns how many refusals the partner has reported. */
async function callUnpatched(play: Play): Promise<number> {
  const { stage, transcript } = play;
  const nodeAddress = addressOf(stage.definition, first);
  transcript.say(`2. The unpatched MTA asks nobody, and calls from ${first}'s own address`);
  await transcript.check("the unpatched MTA is refused", async () => {
    const { result } = await associate(play, { unpatchedAddress: nodeAddress, localMtaName: "EXCHVS" });
    if (result.outcome !== "refused") throw new Error(`it was not refused, but ${result.outcome}`);
    return `refused: ${result.reason}`;
  });
  const entry = await reported(play, "refused", nodeAddress);
  transcript.say("");
  return entry.seq;

  async function reported(from: Play, what: string, address: string): Promise<JournalEntry> {
    let found: JournalEntry | null = null;
    await transcript.check(`${peer} says why`, async () => {
      found = await transcript.until(async () => {
        const entries = await journal(from, 0);
        return (
          entries.find(({ kind, sentence }) => kind === `association.${what}` && sentence.includes(address)) ?? null
        );
      });
      return `event 9301 at ${peer}: the calling address ${address} is not the one it knows`;
    });
    if (found === null) throw new Error("checked above");
    return found;
  }
}

async function callPatched(play: Play, node: ExchangeNode): Promise<void> {
  const { stage, transcript } = play;
  transcript.say("3. The patched MTA asks first");
  await transcript.check("the verdict is BIND", async () => {
    const { address, networkName, epoch } = await bindOn(play, node);
    return `verdict on ${node}: BIND ${address} as ${networkName}, epoch ${epoch}`;
  });
  await accepted(play, node);
  await transcript.check("the standby does not call", async () => {
    const { result } = await associate(play, { verdicts: verdictsOf(play, second) });
    if (result.outcome !== "deferred" || result.code !== "verdict-defer")
      throw new Error(`the outcome is ${result.outcome}`);
    return `on the standby ${second} the verdict is DEFER ${result.reason}: no call, the mail waits`;
  });
  transcript.say(`   Virtual IP or not at all: nothing was sent from ${addressOf(stage.definition, second)}.\n`);
}

/** Returns the number of the last event before it. */
async function failOver(play: Play, agent: Child): Promise<number> {
  const { transcript } = play;
  transcript.say(`4. ${first}'s agent is killed (kill -9)`);
  const { epoch: before } = await bindOn(play, first);
  const lastEvent = (await journal(play, 0)).at(-1)?.seq ?? 0;
  const killedAt = performance.now();
  await agent.kill();
  await transcript.check(`${second} takes over`, async () => {
    const { epoch } = await bindOn(play, second);
    const tookMs = performance.now() - killedAt;
    if (epoch <= before) throw new Error(`its epoch is ${epoch}, and that of ${first} was ${before}`);
    return `${second} owns the group, epoch ${epoch}, ${seconds(tookMs)} after the kill`;
  });
  await accepted(play, second);
  transcript.say("");
  return lastEvent;
}

async function comeBack(play: Play, since: number, refusals: number): Promise<void> {
  const { transcript, running } = play;
  transcript.say(`5. ${first} comes back, and the group goes home`);
  running.startAgent(first);
  await transcript.check(`${first} joins again`, async () => {
    await transcript.until(async () => ((await isUp(play, first)) ? true : null));
    return `${first} has joined again; the group stays where it is`;
  });
  await transcript.check("the group moves back", async () => {
    const beganAt = performance.now();
    await running.ask((client) => client.moveGroup(cluster, group, { target: first }));
    const { epoch } = await bindOn(play, first);
    return `group ${group} moved to ${first}, epoch ${epoch}, in ${seconds(performance.now() - beganAt)}`;
  });
  await accepted(play, first);
  await transcript.check("no association failed", async () => {
    const entries = await journal(play, 0);
    const refused = entries.find(({ seq, kind }) => seq > refusals && kind === "association.refused");
    if (refused !== undefined) throw new Error(refused.sentence);
    const accepts = entries.filter(({ seq, kind }) => seq > since && kind === "association.accepted");
    return `since the kill ${peer} accepted ${accepts.length} associations and refused none`;
  });
}

// --- what the acts are made of --------------------------------------------------------------------------------------

/** An association by the patched MTA on a node, as both sides saw it. */
async function accepted(play: Play, node: ExchangeNode): Promise<void> {
  const { stage, transcript } = play;
  await transcript.check(`${peer} accepts the virtual IP`, async () => {
    const { result, ending } = await associate(play, { verdicts: verdictsOf(play, node) });
    if (result.outcome !== "associated") throw new Error(`${result.outcome}: ${result.reason}`);
    if (ending?.type !== "released") throw new Error(`it was not released, but ${ending?.type ?? "never ended"}`);
    const { localAddress } = result.association;
    if (localAddress !== stage.virtualAddress) throw new Error(`it came from ${localAddress}`);
    return `accepted by ${peer}: called from ${localAddress} by ${node}`;
  });
}

type Caller =
  | Pick<Extract<MtaAssociateOptions, { verdicts: unknown }>, "verdicts">
  | { unpatchedAddress: string; localMtaName: string };

function associate({ stage }: Play, caller: Caller): ReturnType<typeof mtaAssociate> {
  const partnersFile = join(stage.partnersFolder, exchangeFiles.nodePartners);
  return mtaAssociate({ partner: peer, partnersFile, write: () => {}, ...caller });
}

function verdictsOf({ running }: Play, node: ExchangeNode): ReturnType<typeof localVerdicts> {
  return localVerdicts({ socketPath: running.agentSocket(node), group });
}

async function askAgent(play: Play, node: ExchangeNode): Promise<Verdict> {
  return (await verdictsOf(play, node).ask(play.stage.peer.host)).verdict;
}

/** Waits until a node's agent says `BIND`. */
function bindOn(play: Play, node: ExchangeNode): Promise<Bind> {
  return play.transcript.until(async () => {
    const verdict = await askAgent(play, node);
    return verdict.decision === "BIND" ? verdict : null;
  });
}

/** Joined, and heard of since: only then may it be given a group. */
async function isUp({ running }: Play, node: ExchangeNode): Promise<boolean> {
  const { nodes } = await running.ask((client) => client.getCluster(cluster));
  const view = lookup(nodes, node);
  return view?.state === "Up" && view.leaseRemainingMs !== null;
}

async function journal({ running }: Play, after: number): Promise<readonly JournalEntry[]> {
  const { events } = await running.ask((client) => client.events(cluster, after, protocolLimits.eventsPage));
  return events;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
