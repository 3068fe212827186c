import { expect, test } from "vitest";
import { judge } from "../../bench/live/judge.ts";
import { reportOf, storyOf } from "../../bench/live/report.ts";
import { planned, playLive } from "../../bench/live/run.ts";
import { openTools } from "./tools.ts";

test(
  "LV1: a minute of faults: one speaker, no lost entry, and every association is from the virtual IP",
  { timeout: 400_000 },
  async () => {
    const { history } = await playLive(planned(2, 60_000));
    const findings = judge(history);
    const said = `${reportOf(history, findings)}\n${findings[0] === undefined ? "" : storyOf(history, findings[0].at)}`;
    expect(findings, said).toEqual([]);
  },
);

test(
  "LV2: a host without a packet filter is found out: stopped with its guard, it speaks when its epoch is over",
  { timeout: 300_000 },
  async () => {
    const tools = openTools(["ip", "ss", "arping", "ndptool"]);
    try {
      const plan = [{ at: 2_000, kind: "agent and guard stopped", node: "NODE1", forMs: 6_000 }] as const;
      const { history } = await playLive({ seed: 0, plan, env: { PATH: tools.path } });
      const codes = new Set(judge(history).map(({ code }) => code));
      expect([...codes].filter((code) => code === "spoke-outside" || code === "two-speakers")).not.toEqual([]);
    } finally {
      tools.close();
    }
  },
);
