import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { localVerdict } from "../../src/agent/local-verdict.ts";
import { exchange } from "../../src/cli/local/exchange.ts";
import { openExchange } from "../../test/e2e/support.ts";
import { timed } from "../brain/timed.ts";
import { play, plotOf, ratioOf, tableOf, type Contestant, type Named } from "../contest.ts";
import { askSocket, type SocketLoad, type SocketScore } from "../load/socket.ts";
import type { Measure, Surroundings } from "../measure.ts";
import type { Goal, Ratio, Table } from "../measured.ts";
import { startPeer } from "../peers/process.ts";
import { numberText } from "../report/numbers.ts";
import { medianOf } from "../statistics.ts";
import { groundsOfOwner } from "./local-grounds.ts";

type Way = Pick<SocketLoad, "way" | "connections" | "depth">;
type Column = keyof SocketScore;

const names = { ours: "agent", bare: "bare socket" } as const;
const ways: readonly Way[] = [
  { way: "lines", connections: 1, depth: 1 },
  { way: "lines", connections: 16, depth: 1 },
  { way: "lines", connections: 1, depth: 16 },
  { way: "lines", connections: 16, depth: 4 },
  { way: "lines", connections: 4, depth: 64 },
  { way: "library", connections: 1, depth: 1 },
  { way: "library", connections: 16, depth: 1 },
];
const conditions = ways.map((condition): Named<Way> => {
  const { way, connections, depth } = condition;
  const each = connections === 1 ? "1 conn." : `${connections} conn.`;
  const name = way === "library" ? `library, ${connections} at a time` : `${each}, ${depth} under way`;
  return { name, x: connections * depth, condition };
});
const goals = { rate: 50_000, p99: 1_000, library: 1_000_000 } as const;

export const verdictLocal: Measure = {
  name: "verdict-local",
  title: "The verdict on the node",
  what:
    "A real agent that owns the group (loopback addresses, the knowledge-base cluster) is asked over its unix socket by another process: on connections that stay, with one question or several under way on each, " +
    "and as the library asks (`bridgehead/source-addresses`), with a connection for each question, or is told (`liveSourceAddress`). Beside it, a bare socket in Node that answers each line with the same line. An answer that is not `BIND` is an error. " +
    "`localVerdict` alone is what the agent computes for an answer, without the socket.",
  run: async (surroundings) => {
    const agent = await openAgent(surroundings);
    const outcome = await play({ contestants: contestantsWith(agent), conditions }, surroundings);
    const answers = tableOf(outcome, { title: "Answers over the socket", of: "who, asked how", columns });
    const lines = conditions.filter(({ condition }) => condition.way === "lines");
    const medianIn = (name: string, column: Column): number =>
      medianOf(outcome.scoresOf(names.ours, name).map((score) => score[column]));
    const best = (among: readonly Named<Way>[]) => {
      const scored = among.map(({ name }) => ({ name, rate: medianIn(name, "rate"), p99: medianIn(name, "p99") }));
      // Those that are answered in time come first.
      return scored.toSorted((a, b) => Number(b.p99 < goals.p99) - Number(a.p99 < goals.p99) || b.rate - a.rate)[0];
    };
    const live = await rateLive(agent, surroundings);
    const alone = rateAlone(surroundings.quick ? 200 : 1_000, surroundings.rounds);
    return {
      tables: [answers, withoutQuestion(live, alone)],
      ratios: conditions.flatMap(({ name: condition }): Ratio[] => {
        const pair = { of: names.ours, to: names.bare, condition } as const;
        const rate = ratioOf(outcome, { ...pair, column: "rate", better: "more" });
        const cpu = ratioOf(outcome, { ...pair, column: "server CPU", better: "less" });
        return [rate, cpu].filter((ratio) => ratio !== null);
      }),
      goals: [socketGoal(best(lines)), liveGoal(medianOf(live))],
      plots: [
        plotOf(
          { ...outcome, conditions: lines.toSorted((a, b) => a.x - b.x) },
          {
            name: "rate",
            title: "Answers a second over the agent's socket",
            x: { label: "questions under way", unit: "count", scale: "logarithmic" },
            y: { label: "answers/s", unit: "perSecond", scale: "linear" },
            column: "rate",
          },
        ),
      ],
      notes: [boundText(lines, medianIn)],
      skipped: outcome.skipped,
    };
  },
};

const columns = [
  { name: "rate", unit: "perSecond" },
  { name: "p50", unit: "microseconds" },
  { name: "p99", unit: "microseconds" },
  { name: "server CPU", unit: "microseconds" },
  { name: "client CPU", unit: "microseconds" },
] as const;

/** An agent that owns its group. */
type OpenAgent = { readonly pid: number; readonly socketPath: string };

async function openAgent({ later }: Surroundings): Promise<OpenAgent> {
  const cluster = await openExchange();
  later(cluster.close);
  const { pid } = cluster.running.startAgent("NODE1");
  await cluster.bound("NODE1", 30_000);
  return { pid, socketPath: cluster.running.agentSocket("NODE1") };
}

const contestantsWith = ({ pid, socketPath }: OpenAgent): readonly Contestant<Way, Column>[] => [
  {
    name: names.ours,
    enter: async ({ seconds }) => ({
      kind: "here",
      play: (way) => askSocket({ ...way, seconds, socketPath, group: exchange.group }, pid),
    }),
  },
  {
    name: names.bare,
    enter: async ({ folder, seconds, later }) => {
      // A path of a socket has 107 bytes.
      const path = relative(process.cwd(), join(folder, "bare.sock"));
      const args = [join(import.meta.dirname, "..", "bare", "socket.ts"), join(folder, "bare.sock")];
      const isUp = async (): Promise<boolean> => existsSync(path);
      const bare = await startPeer({ command: process.execPath, args, cwd: folder, isUp });
      later(bare.stop);
      const load = { seconds, socketPath: path, group: exchange.group };
      return { kind: "here", play: (way) => askSocket({ ...way, ...load }, bare.pid) };
    },
  },
];

/** Answers a second of the library when the agent tells it, a sample a round. */
async function rateLive({ pid, socketPath }: OpenAgent, { rounds, seconds, say }: Surroundings): Promise<number[]> {
  say("told, and not asked");
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const load = { way: "live", connections: 1, depth: 1, seconds, socketPath, group: exchange.group } as const;
    samples.push((await askSocket(load, pid)).rate);
  }
  return samples;
}

function withoutQuestion(live: readonly number[], alone: readonly number[]): Table {
  return {
    title: "Without a question",
    of: "what",
    columns: [{ name: "rate", unit: "perSecond" }],
    rows: [
      { name: "the library when it is told (`liveSourceAddress().now()`)", cells: [live] },
      { name: "`localVerdict`, in the agent's process", cells: [alone] },
    ],
  };
}

/** What the agent does for an answer beside reading and writing it. */
function rateAlone(ms: number, rounds: number): number[] {
  const { grounds, group } = groundsOfOwner();
  if (localVerdict(grounds, group).decision !== "BIND") throw new Error("the grounds are no owner's");
  return timed([() => localVerdict(grounds, group)], rounds, ms).map((us) => 1e6 / us);
}

type Best = { readonly name: string; readonly rate: number; readonly p99: number } | undefined;

function socketGoal(best: Best): Goal {
  const what = `from the agent's socket at least ${numberText(goals.rate, "perSecond")} with a p99 under 1 ms`;
  if (best === undefined) return { kind: "unmeasured", what, because: "nothing was asked" };
  const { name, rate, p99 } = best;
  const measured = `${numberText(rate, "perSecond")} with a p99 of ${numberText(p99, "microseconds")} (${name})`;
  if (rate >= goals.rate && p99 < goals.p99) return { kind: "met", what, measured };
  const because =
    "each turn of the agent's event loop costs more than the answers in it, and on two cores the client takes one of them";
  return { kind: "missed", what, measured, because };
}

function liveGoal(rate: number): Goal {
  const what = `from the library with a live lease at least ${numberText(goals.library, "perSecond")}, without I/O`;
  const measured = numberText(rate, "perSecond");
  if (rate >= goals.library) return { kind: "met", what, measured };
  return { kind: "missed", what, measured, because: "each answer reads two clocks" };
}

/** Which of the two would be at its end first, where most was answered. */
function boundText(lines: readonly Named<Way>[], medianIn: (condition: string, column: Column) => number): string {
  const [busiest] = lines.map(({ name }) => name).toSorted((a, b) => medianIn(b, "rate") - medianIn(a, "rate"));
  if (busiest === undefined) return "nothing was asked";
  const [server, client] = [medianIn(busiest, "server CPU"), medianIn(busiest, "client CPU")];
  const most = numberText(1e6 / server, "perSecond");
  return (
    `With ${busiest} an answer takes the agent ${numberText(server, "microseconds")} of a processor and the client ${numberText(client, "microseconds")}: ` +
    `${server >= client ? "the agent" : "the client"} bounds the rate, and an agent that has a core for itself answers ${most} at most.`
  );
}
