import { expect, test } from "vitest";
import { judge } from "../../bench/live/judge.ts";
import { reportOf, storyOf } from "../../bench/live/report.ts";
import { planned, playLive } from "../../bench/live/run.ts";
import { openTools } from "./tools.ts";

// The short form of `npm run live`. Few seeds have so much in so little time: 18 faults of 16 kinds.
test("LV1: half a minute of faults: one speaker, no lost entry, and every association is from the virtual IP", async () => {
  const { history } = await playLive(planned(130_855, 35_000));
  const findings = judge(history);
  const said = `${reportOf(history, findings)}\n${findings[0] === undefined ? "" : storyOf(history, findings[0].at)}`;
  expect(findings, said).toEqual([]);
});

test("LV2: a host without a packet filter is found out: stopped with its guard, it speaks when its epoch is over", async () => {
  const tools = openTools(["ip", "ss", "arping", "ndptool"]);
  try {
    const plan = [{ at: 2_000, kind: "agent and guard stopped", node: "NODE1", forMs: 4_000 }] as const;
    const { history } = await playLive({ seed: 0, plan, env: { PATH: tools.path } });
    const codes = new Set(judge(history).map(({ code }) => code));
    expect([...codes].filter((code) => code === "spoke-outside" || code === "two-speakers")).not.toEqual([]);
  } finally {
    tools.close();
  }
});
