import { capabilities, type Capability } from "../../agent/linux/privileges.ts";
import { check, type Check } from "./check.ts";
import { findProgram, type HostFacts, settingOf } from "./facts.ts";
import {
  judgeArping,
  judgeCapability,
  judgeClockSource,
  judgeEndingSockets,
  judgeFilter,
  judgeIp,
  judgeNode,
  judgeNonlocalBind,
  judgePlatform,
  judgeSystemd,
} from "./judge/host.ts";

/** What the host is, and what its tools and privileges let an agent do: nothing of it needs a configuration. */
export function hostChecks(facts: HostFacts): Check[] {
  const onLinux = { needs: ["platform"] };
  const capability = (code: string, name: Capability): Check =>
    check({ code, subject: name, ...onLinux, gather: facts.whose, judge: (whose) => judgeCapability(whose, name) });
  return [
    check({ code: "platform", subject: "platform", gather: () => process.platform, judge: judgePlatform }),
    check({ code: "node-version", subject: "Node", gather: () => process.versions.node, judge: judgeNode }),
    check({
      code: "systemd",
      subject: "systemd",
      ...onLinux,
      gather: facts.hasSystemd,
      judge: judgeSystemd,
    }),
    check({
      code: "clock-source",
      subject: "clock",
      ...onLinux,
      gather: () => settingOf("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
      judge: judgeClockSource,
    }),
    capability("net-admin", capabilities.netAdmin),
    capability("net-raw", capabilities.netRaw),
    check({
      code: "ip",
      subject: "ip",
      ...onLinux,
      gather: facts.ip,
      judge: ({ why }) => judgeIp(why, findProgram("ip")),
    }),
    check({
      code: "arping",
      subject: "arping",
      ...onLinux,
      gather: () => findProgram("arping"),
      judge: judgeArping,
    }),
    check({
      code: "end-connections",
      subject: "ss",
      ...onLinux,
      gather: facts.endingSockets,
      judge: judgeEndingSockets,
    }),
    check({
      code: "filter",
      subject: "nft",
      ...onLinux,
      gather: facts.filter,
      judge: judgeFilter,
    }),
    check({
      code: "nonlocal-bind",
      subject: "binding",
      ...onLinux,
      gather: async () => ({ on: nonlocalBind(), filter: (await facts.filter()).kind }),
      judge: ({ on, filter }) => judgeNonlocalBind(on, filter),
    }),
  ];
}

/** The names of the settings that are on, as sysctl has them. */
function nonlocalBind(): string[] {
  return ["ipv4", "ipv6"]
    .filter((family) => settingOf(`/proc/sys/net/${family}/ip_nonlocal_bind`) === "1")
    .map((family) => `net.${family}.ip_nonlocal_bind`);
}
