import { expect, test } from "vitest";
import { judge } from "../../bench/live/judge.ts";
import { reportOf, storyOf } from "../../bench/live/report.ts";
import { playLive } from "../../bench/live/run.ts";

test(
  "LV1: a minute of faults: one speaker, no lost entry, and every association is from the virtual IP",
  { timeout: 400_000 },
  async () => {
    const { history } = await playLive({ seed: 2, forMs: 60_000, say: () => {} });
    const findings = judge(history);
    const said = `${reportOf(history, findings)}\n${findings[0] === undefined ? "" : storyOf(history, findings[0].at)}`;
    expect(findings, said).toEqual([]);
  },
);
