import { type Outcome, play, ratioOf, tableOf } from "../contest.ts";
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
import type { Ratio, Table } from "../measured.ts";
import { numberText } from "../report/numbers.ts";
import { medianOf } from "../statistics.ts";
import { serveCluster } from "./served-cluster.ts";

const names = {
  atOnce: "bare: an answer at once",
  digests: "bare: and three digests",
  memory: "bare: one call of the object",
  row: "bare: one call that reads a row",
  twoCalls: "bare: two calls, one row",
  health: "ours: `/healthz`",
  verdict: "ours: the verdict",
} as const;

export const verdictParts: Measure = {
  name: "verdict-parts",
  title: "Of what a verdict over HTTP is made",
  what:
    "The same as above, over 16 connections, one thing more at a time. Bare: a Worker that answers at once; that takes three SHA-256 digests, as a verdict does (of the token, of the admin token, of the cluster's name); that calls an object by RPC, which answers from memory, or reads a row; that calls it twice. " +
    "Ours: a route without a token (Hono, the headers), and the verdict (the token, the schemas, one call in which the object knows the token and asks the brain).",
  run: async (surroundings) => {
    const conditions = [{ name: "16 conn.", x: 16, condition: 16 }];
    const outcome = await play({ contestants, conditions }, surroundings);
    return {
      tables: [tableOf(outcome, { title: "Answers", of: "what", columns: httpColumns }), differences(outcome)],
      ratios: ratiosOf(outcome),
      goals: [],
      plots: [],
      notes: [noteOf(outcome)],
      skipped: outcome.skipped,
    };
  },
};

const contestants: readonly HttpContestant[] = [
  bareContestant(names.atOnce, "at-once"),
  bareContestant(names.digests, "digests"),
  bareContestant(names.memory, "memory"),
  bareContestant(names.row, "row"),
  bareContestant(names.twoCalls, "two-calls"),
  {
    name: names.health,
    enter: async (surroundings) => {
      const { pid, url } = await serveCluster(surroundings, { name: "health", made: 0, request: { role: "reader" } });
      return asked(questionTo(surroundings, "health", `${url}/healthz`), pid, surroundings);
    },
  },
  {
    name: names.verdict,
    enter: async (surroundings) => {
      const request = { role: "reader" } as const;
      const served = await serveCluster(surroundings, { name: "verdict", made: readers, request });
      const question = questionTo(surroundings, "verdict", served.verdictUrl, served.tokens);
      return asked(question, served.pid, surroundings, served.expectBind);
    },
  },
];

type Parts = Outcome<number, HttpColumn>;

/** What one thing costs: that with it, less that without it, in each round. */
const parts: readonly (readonly [what: string, including: string, without: string])[] = [
  ["three digests", names.digests, names.atOnce],
  ["a call of the object", names.memory, names.atOnce],
  ["reading a row by SQL", names.row, names.memory],
  ["a second call", names.twoCalls, names.row],
  ["our routes and headers", names.health, names.atOnce],
  ["our token, schemas, call and answer", names.verdict, names.health],
];

function costsOf({ scoresOf, conditions }: Parts, including: string, without: string): number[] {
  const condition = conditions[0]?.name ?? "";
  const others = scoresOf(without, condition);
  return scoresOf(including, condition).map(({ CPU }, round) => CPU - (others[round]?.CPU ?? Number.NaN));
}

function differences(outcome: Parts): Table {
  return {
    title: "What each costs the one that answers",
    of: "what",
    columns: [{ name: "CPU", unit: "microseconds" }],
    rows: parts.map(([name, including, without]) => ({ name, cells: [costsOf(outcome, including, without)] })),
  };
}

function ratiosOf(outcome: Parts): Ratio[] {
  const condition = outcome.conditions[0]?.name ?? "";
  return [names.row, names.health].flatMap((to) => {
    const ratio = ratioOf(outcome, { of: names.verdict, to, column: "CPU", condition, better: "less" });
    return ratio === null ? [] : [ratio];
  });
}

function noteOf(outcome: Parts): string {
  const costs = parts.map(([what, including, without]) => ({
    what,
    cost: medianOf(costsOf(outcome, including, without)),
  }));
  const ours = costs.filter(({ what }) => what.startsWith("our")).toSorted((a, b) => b.cost - a.cost);
  return `Of a verdict the most goes, in this order, to: ${ours.map(({ what, cost }) => `${what.replace("our ", "")} (${numberText(cost, "microseconds")})`).join("; ")}.`;
}
