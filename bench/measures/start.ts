import { bundleSizes } from "../start/bundle.ts";
import { agentAtRest } from "../start/at-rest.ts";
import { coldStarts } from "../start/cold-start.ts";
import { startToAssociation } from "../start/npm-start.ts";
import type { Measure } from "../measure.ts";
import type { Ratio } from "../measured.ts";

export const start: Measure = {
  name: "start",
  title: "Start, size and rest",
  what:
    "`npm start` in an empty folder until its journal tells of the first association that the partner accepted from the virtual IP: the time that a new control plane waits for one lease (2 s) is in it. " +
    "An object whose journal is full (10 000 entries), and one that has just been defined: the first verdict after workerd has started again. An agent that owns a group with loopback addresses, " +
    "and changes nothing: its memory and its CPU time, read from /proc. The Worker as it is deployed, as it is and packed with gzip.",
  run: async (surroundings) => {
    const { started, skipped } = await startToAssociation(surroundings);
    const cold = await coldStarts(surroundings);
    const rest = await agentAtRest(surroundings);
    const bundle = bundleSizes();
    return {
      tables: [
        {
          title: "From nothing to something",
          of: "what",
          columns: [{ name: "time", unit: "microseconds" }],
          rows: [
            { name: "`npm start` to the first association accepted", cells: [started] },
            { name: "first verdict of an object with 10 000 events, after workerd has started", cells: [cold.full] },
            { name: "the same of an object with few", cells: [cold.small] },
          ],
        },
        {
          title: "An agent at rest (ttl 2 s)",
          of: "what",
          columns: [
            { name: "memory", unit: "bytes" },
            { name: "CPU", unit: "cpuSecondsPerHour" },
          ],
          rows: [
            { name: "the owner's agent", cells: [rest.owner.memory, rest.owner.cpu] },
            { name: "the standby's agent", cells: [rest.standby.memory, rest.standby.cpu] },
            {
              name: "the control plane, of this one cluster",
              cells: [rest.controlPlane.memory, rest.controlPlane.cpu],
            },
          ],
        },
        {
          title: "The Worker",
          of: "what",
          columns: [
            { name: "as it is", unit: "bytes" },
            { name: "gzip", unit: "bytes" },
          ],
          rows: bundle.map(({ name, raw, gzip }) => ({ name, cells: [[raw], [gzip]] })),
        },
      ],
      ratios: [coldRatio(cold)],
      goals: [],
      plots: [],
      notes: [],
      skipped,
    };
  },
};

function coldRatio({ full, small }: { readonly full: readonly number[]; readonly small: readonly number[] }): Ratio {
  const samples = full.map((one, round) => one / (small[round] ?? Number.NaN));
  return { name: "first verdict: 10 000 events / few", better: "less", samples };
}
