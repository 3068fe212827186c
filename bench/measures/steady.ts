import type { LeaseTerms } from "../../src/cluster/lease/lease.ts";
import { renewLimitsMs } from "../../src/cluster/lease/lease.ts";
import { definitionWith } from "../../test/simulation/definition.ts";
import type { Measure } from "../measure.ts";
import type { Goal } from "../measured.ts";
import { billOf, threeMachines } from "../steady/bill.ts";
import { type Hour, restForAnHour } from "../steady/hour.ts";

const ttls = [2_000, 10_000, 30_000] as const;

export const steady: Measure = {
  name: "steady",
  title: "A cluster at rest",
  what:
    "What a cluster of two nodes and two virtual servers, both on one node, asks of its platform in an hour in which nothing happens: counted on the real brain, the real agents and the object's own alarm, in simulated time. " +
    "A node's bytes are payload and WebSocket heads, both ways, without TLS, TCP and IP. The bill is these counts at Cloudflare's published prices, without what a plan includes; an object whose agents speak every few seconds never hibernates.",
  run: ({ say }) => {
    const rested = ttls.map((ttlMs) => {
      say(`an hour at ttl ${ttlMs / 1_000} s`);
      const lease: LeaseTerms = { ttlMs, renewMs: Math.min(ttlMs / 4, renewLimitsMs.max) };
      const particulars = { ttlMs, drainMs: 0, apart: false, onControlPlaneLoss: "drop" } as const;
      const hour = restForAnHour({ ...definitionWith(particulars), lease });
      return { name: `ttl ${ttlMs / 1_000} s`, hour, bill: billOf(hour) };
    });
    return Promise.resolve({
      tables: [
        {
          title: "In an hour",
          of: "lease",
          columns: counted.map(({ name, unit }) => ({ name, unit })),
          rows: rested.map(({ name, hour }) => ({ name, cells: counted.map(({ of }) => [hour[of]]) })),
        },
        {
          title: "In a month, in dollars",
          of: "lease",
          columns: (["requests", "duration", "rows", "sum"] as const).map((name) => ({
            name,
            unit: "dollars" as const,
          })),
          rows: [
            ...rested.map(({ name, bill }) => ({
              name,
              cells: [[bill.requests], [bill.duration], [bill.rows], [bill.sum]],
            })),
            { name: "three small machines for etcd", cells: [[], [], [], [threeMachines]] },
          ],
        },
      ],
      ratios: [
        {
          name: "rows written / renewals of owners",
          better: "less" as const,
          samples: rested.map(({ hour }) => hour.rowsWritten / (hour.messagesIn / 2)),
        },
        {
          name: "bill of a month, ttl 2 s / three small machines",
          better: "less" as const,
          samples: rested.slice(0, 1).map(({ bill }) => bill.sum / threeMachines),
        },
      ],
      goals: [billGoal(Math.max(...rested.map(({ bill }) => bill.sum)))],
      plots: [],
      notes: [
        "One row is written with each renewal of a node that owns something, and none otherwise: no entry of the journal, no alarm.",
      ],
      skipped: [],
    });
  },
};

function billGoal(most: number): Goal {
  const what = "A cluster costs less than three small machines";
  const measured = `$${most.toFixed(2)} a month at most, and $${threeMachines.toFixed(2)}`;
  if (most < threeMachines) return { kind: "met", what, measured };
  return { kind: "missed", what, measured, because: "rows are written with each renewal of an owner" };
}

const counted: readonly { readonly name: string; readonly unit: "count" | "bytes"; readonly of: keyof Hour }[] = [
  { name: "rows written", unit: "count", of: "rowsWritten" },
  { name: "journal entries", unit: "count", of: "journalEntries" },
  { name: "alarms", unit: "count", of: "alarms" },
  { name: "messages in", unit: "count", of: "messagesIn" },
  { name: "messages out", unit: "count", of: "messagesOut" },
  { name: "on the wire, a node", unit: "bytes", of: "bytesPerNode" },
];
