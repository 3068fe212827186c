import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { localVerdict } from "../../src/agent/local-verdict.ts";
import { exchange } from "../../src/cli/local/exchange.ts";
import { openExchange } from "../../test/e2e/support.ts";
import { timed } from "../brain/timed.ts";
import { play, plotOf, ratioOf, tableOf, type Contestant, type Named } from "../contest.ts";
import { askSocket, type SocketLoad, type SocketScore } from "../load/socket.ts";
import type { Measure } from "../measure.ts";
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
    "and as the library asks (`bridgehead/source-addresses`), with a connection for each question. Beside it, a bare socket in Node that answers each line with the same line. An answer that is not `BIND` is an error. " +
    "`localVerdict` alone is what the agent computes for an answer, without the socket.",
  run: async (surroundings) => {
    const outcome = await play({ contestants, conditions }, surroundings);
    const answers = tableOf(outcome, { title: "Answers over the socket", of: "who, asked how", columns });
    const lines = conditions.filter(({ condition }) => condition.way === "lines");
    const library = conditions.filter(({ condition }) => condition.way === "library");
    const medianIn = (name: string, column: Column): number =>
      medianOf(outcome.scoresOf(names.ours, name).map((score) => score[column]));
    const best = (among: readonly Named<Way>[]) => {
      const scored = among.map(({ name }) => ({ name, rate: medianIn(name, "rate"), p99: medianIn(name, "p99") }));
      // Those that are answered in time come first.
      return scored.toSorted((a, b) => Number(b.p99 < goals.p99) - Number(a.p99 < goals.p99) || b.rate - a.rate)[0];
    };
    const alone = rateAlone(surroundings.quick ? 200 : 1_000, surroundings.rounds);
    return {
      tables: [answers, alone],
      ratios: conditions.flatMap(({ name: condition }): Ratio[] => {
        const pair = { of: names.ours, to: names.bare, condition } as const;
        const rate = ratioOf(outcome, { ...pair, column: "rate", better: "more" });
        const cpu = ratioOf(outcome, { ...pair, column: "server CPU", better: "less" });
        return [rate, cpu].filter((ratio) => ratio !== null);
      }),
      goals: [socketGoal(best(lines)), libraryGoal(best(library), medianOf(alone.rows[0]?.cells[0] ?? []))],
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

const contestants: readonly Contestant<Way, Column>[] = [
  {
    name: names.ours,
    enter: async ({ seconds, later }) => {
      const cluster = await openExchange();
      later(cluster.close);
      const { pid } = cluster.running.startAgent("NODE1");
      await cluster.bound("NODE1", 30_000);
      const socketPath = cluster.running.agentSocket("NODE1");
      const play = (way: Way) => askSocket({ ...way, seconds, socketPath, group: exchange.group }, pid);
      return { kind: "here", play };
    },
  },
  {
    name: names.bare,
    enter: async ({ folder, seconds, later }) => {
      // A path of a socket has 107 bytes.
      const socketPath = relative(process.cwd(), join(folder, "bare.sock"));
      const args = [join(import.meta.dirname, "..", "bare", "socket.ts"), join(folder, "bare.sock")];
      const isUp = async (): Promise<boolean> => existsSync(socketPath);
      const { pid, stop } = await startPeer({ command: process.execPath, args, cwd: folder, isUp });
      later(stop);
      return { kind: "here", play: (way) => askSocket({ ...way, seconds, socketPath, group: exchange.group }, pid) };
    },
  },
];

/** What the agent does for an answer beside reading and writing it. */
function rateAlone(ms: number, rounds: number): Table {
  const { grounds, group } = groundsOfOwner();
  if (localVerdict(grounds, group).decision !== "BIND") throw new Error("the grounds are no owner's");
  const samples = timed([() => localVerdict(grounds, group)], rounds, ms).map((us) => 1e6 / us);
  return {
    title: "Without a socket",
    of: "what",
    columns: [{ name: "rate", unit: "perSecond" }],
    rows: [{ name: "`localVerdict`, in the same process", cells: [samples] }],
  };
}

type Best = { readonly name: string; readonly rate: number; readonly p99: number } | undefined;

function socketGoal(best: Best): Goal {
  const what = `from the agent's socket at least ${numberText(goals.rate, "perSecond")} with a p99 under 1 ms`;
  if (best === undefined) return { kind: "unmeasured", what, because: "nothing was asked" };
  const { name, rate, p99 } = best;
  const measured = `${numberText(rate, "perSecond")} with a p99 of ${numberText(p99, "microseconds")} (${name})`;
  if (rate >= goals.rate && p99 < goals.p99) return { kind: "met", what, measured };
  const because =
    "the agent writes each answer by itself, so that a chunk of many questions costs as many calls of the kernel; and on two cores the client takes one of them";
  return { kind: "missed", what, measured, because };
}

function libraryGoal(best: Best, alone: number): Goal {
  const what = `from the library with a live lease at least ${numberText(goals.library, "perSecond")}, without I/O`;
  if (best === undefined) return { kind: "unmeasured", what, because: "nothing was asked" };
  const measured = `${numberText(best.rate, "perSecond")} (${best.name}), each with a connection of its own`;
  const because =
    "nothing in the library answers without I/O: it opens a connection for each question, because an old connection may be answered by an agent that is gone. It would need a connection " +
    "that stays, over which the agent tells each change of the verdict with its deadline on CLOCK_MONOTONIC, and a library that answers from the last one until then, and asks anew when the connection " +
    `ends; computing an answer costs no more than ${numberText(1e6 / alone, "microseconds")}`;
  return { kind: "missed", what, measured, because };
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
