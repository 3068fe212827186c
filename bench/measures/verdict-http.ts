import { play, plotOf, ratioOf, tableOf, type Outcome } from "../contest.ts";
import { goalOfRatio } from "../goals.ts";
import { etcdRead } from "../load/etcd-read.ts";
import {
  asked,
  bareContestant,
  httpColumns,
  questionTo,
  readers,
  type HttpColumn,
  type HttpContestant,
} from "../load/http.ts";
import type { Measure } from "../measure.ts";
import type { Axis, Goal, Ratio } from "../measured.ts";
import { numberText, ratioText } from "../report/numbers.ts";
import { medianOf } from "../statistics.ts";
import { serveCluster } from "./served-cluster.ts";

const connections = [1, 16, 128] as const;

const names = {
  ours: "verdict",
  row: "bare row",
  atOnce: "bare answer",
  etcd: "etcd read",
} as const;

export const verdictHttp: Measure = {
  name: "verdict-http",
  title: "The verdict over HTTP",
  what:
    "`GET …/source-address` on plain workerd, of a cluster whose agent has joined and owns the group, beside a bare Worker on the same workerd that reads one row of a " +
    "Durable Object (by RPC, through SQL) or answers at once, and beside etcd's linearizable read over HTTP/JSON, one member. wrk asks with one thread, over 1, 16 and 128 " +
    "connections, and rotates over 250 tokens, because one may ask a hundred times a second; all contestants get the same headers. An answer of 4xx or 5xx, and a verdict that is not " +
    "`BIND` before or after a sample, ends the measurement without a result.",
  run: async (surroundings) => {
    const outcome = await play(
      { contestants, conditions: connections.map((count) => ({ name: `${count} conn.`, x: count, condition: count })) },
      surroundings,
    );
    const axis: Axis = { label: "connections", unit: "count", scale: "logarithmic" };
    return {
      tables: [tableOf(outcome, { title: "Answers", of: "who, over how many connections", columns: httpColumns })],
      ratios: ratiosOf(outcome),
      goals: goalsOf(outcome),
      plots: [
        plotOf(outcome, {
          name: "rate",
          title: "Answers a second",
          x: axis,
          y: { label: "answers/s", unit: "perSecond", scale: "linear" },
          column: "rate",
        }),
        plotOf(outcome, {
          name: "p99",
          title: "99th percentile of the time to an answer",
          x: axis,
          y: { label: "p99", unit: "microseconds", scale: "logarithmic" },
          column: "p99",
        }),
      ],
      notes: [
        "The one that asks takes the most of one core, and workerd answers from one isolate on the other: what is measured is what one core does beside a busy one.",
      ],
      skipped: outcome.skipped,
    };
  },
};

const contestants: readonly HttpContestant[] = [
  {
    name: names.ours,
    enter: async (surroundings) => {
      const { pid, verdictUrl, tokens, expectBind } = await serveCluster(surroundings, {
        name: "verdict",
        made: readers,
        request: { role: "reader" },
      });
      const question = questionTo(surroundings, "verdict", verdictUrl, tokens);
      return asked(question, pid, surroundings, expectBind);
    },
  },
  bareContestant(names.row, "row"),
  bareContestant(names.atOnce, "at-once"),
  {
    name: names.etcd,
    enter: async (surroundings) => {
      const etcd = await etcdRead(surroundings);
      return etcd.kind === "here" ? asked(etcd.question, etcd.pid, surroundings) : etcd;
    },
  },
];

const of = names.ours;

function ratiosOf(outcome: Outcome<number, HttpColumn>): Ratio[] {
  return outcome.conditions.flatMap(({ name: condition }) =>
    [names.row, names.atOnce, names.etcd].flatMap((to) => {
      const rate = ratioOf(outcome, { of, to, column: "rate", condition, better: "more" });
      const p99 = ratioOf(outcome, { of, to, column: "p99", condition, better: "less" });
      const cpu = ratioOf(outcome, { of, to, column: "CPU", condition, better: "less" });
      return [rate, p99, cpu].filter((ratio) => ratio !== null);
    }),
  );
}

function goalsOf(outcome: Outcome<number, HttpColumn>): Goal[] {
  return outcome.conditions.flatMap(({ name: condition }) => {
    const ratio = (to: string, column: HttpColumn, better: Ratio["better"]): Ratio | null =>
      ratioOf(outcome, { of, to, column, condition, better });
    const times = (to: string): string =>
      `${ratioText({ samples: ratio(to, "CPU", "less")?.samples ?? [] })} times the CPU`;
    const alone = medianOf(outcome.scoresOf(names.atOnce, condition).map(({ p99 }) => p99));
    return [
      goalOfRatio(
        `at least 0.8 of a bare row's rate, ${condition}`,
        ratio(names.row, "rate", "more"),
        0.8,
        `a verdict takes ${times(names.row)} of a bare row; verdict-parts says for what`,
      ),
      goalOfRatio(
        `more answers a second than etcd, ${condition}`,
        ratio(names.etcd, "rate", "more"),
        1,
        `a verdict takes ${times(names.etcd)} of a read of etcd, and one isolate answers one at a time`,
      ),
      goalOfRatio(
        `p99 no worse than etcd's, ${condition}`,
        ratio(names.etcd, "p99", "less"),
        1,
        `the runtime stands still for its garbage, as verdict-pauses shows; the bare Worker that answers at once has a p99 of ${numberText(alone, "microseconds")} here`,
      ),
    ];
  });
}
