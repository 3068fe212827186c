import { type Columns, type Contestant, type Outcome, play, ratioOf, tableOf } from "../contest.ts";
import { startBare } from "../bare/server.ts";
import { etcdRead } from "../load/etcd-read.ts";
import { questionTo, readers } from "../load/http.ts";
import { pauseMs, type Pauses, pausesOf } from "../load/pauses.ts";
import type { Question } from "../load/wrk.ts";
import type { Measure, Surroundings } from "../measure.ts";
import type { Ratio } from "../measured.ts";
import { numberText } from "../report/numbers.ts";
import { medianOf } from "../statistics.ts";
import { serveCluster } from "./served-cluster.ts";

const names = { ours: "verdict", row: "bare row", atOnce: "bare answer", etcd: "etcd read" } as const;

const columns: Columns<keyof Pauses> = [
  { name: "p50", unit: "microseconds" },
  { name: "p99", unit: "microseconds" },
  { name: "longest", unit: "microseconds" },
  { name: "pauses", unit: "perSecond" },
  { name: "still", unit: "microseconds" },
];

export const verdictPauses: Measure = {
  name: "verdict-pauses",
  title: "Where the slowest answers over HTTP come from",
  what:
    "One question after the other over one connection, so that no answer waits for another one. `pauses`: answers a second that took more than " +
    `${pauseMs} ms; \`still\`: how much of a second went by in them. Here each answer counts once; wrk, above, adds the questions that it could have asked while it waited, so that a pause of ` +
    "20 ms is as many slow answers there as fit into it.",
  run: async (surroundings) => {
    const outcome = await play(
      { contestants, conditions: [{ name: "1 conn.", x: 1, condition: null }] },
      { ...surroundings, seconds: 2 * surroundings.seconds },
    );
    return {
      tables: [tableOf(outcome, { title: "Answers", of: "who", columns })],
      ratios: ratiosOf(outcome),
      goals: [],
      plots: [],
      notes: [noteOf(outcome), ofTheRuntime],
      skipped: outcome.skipped,
    };
  },
};

const contestants: readonly Contestant<null, keyof Pauses>[] = [
  {
    name: names.ours,
    enter: async (surroundings) => {
      const request = { role: "reader" } as const;
      const { verdictUrl, tokens } = await serveCluster(surroundings, { name: "pauses", made: readers, request });
      return asked(questionTo(surroundings, "verdict", verdictUrl, tokens), surroundings);
    },
  },
  ...([names.row, names.atOnce] as const).map((name) => ({
    name,
    enter: async (surroundings: Surroundings) => {
      const path = name === names.row ? "row" : "at-once";
      const { url } = await startBare(surroundings, path);
      return asked(questionTo(surroundings, path, `${url}/${path}`), surroundings);
    },
  })),
  {
    name: names.etcd,
    enter: async (surroundings) => {
      const etcd = await etcdRead(surroundings);
      return etcd.kind === "here" ? asked(etcd.question, surroundings) : etcd;
    },
  },
];

function asked(question: Question, { seconds }: Surroundings) {
  return { kind: "here", play: () => pausesOf(question, seconds) } as const;
}

type Found = Outcome<null, keyof Pauses>;

function ratiosOf(outcome: Found): Ratio[] {
  const ratio = ratioOf(outcome, {
    of: names.ours,
    to: names.atOnce,
    column: "p50",
    condition: "1 conn.",
    better: "less",
  });
  return ratio === null ? [] : [ratio];
}

function noteOf({ scoresOf, contestants: played }: Found): string {
  const said = played.map((name) => {
    const scores = scoresOf(name, "1 conn.");
    const median = (column: keyof Pauses): string =>
      numberText(medianOf(scores.map((score) => score[column])), "microseconds");
    return `${name} ${median("still")} of each second, the longest ${median("longest")}`;
  });
  return `Standing still: ${said.join("; ")}.`;
}

const ofTheRuntime =
  'The pauses of the two bare ones are the runtime\'s. With `v8Flags = ["--trace-gc"]` in its configuration workerd says what they are: scavenges that free next to nothing and grow ' +
  "longer as the heap grows, then one full collection, the longest of all. A young generation of 1 MiB makes them shorter and more (5 ms, and one of 90 ms), and no tail better, so " +
  "`serve` leaves the runtime its own sizes.";
