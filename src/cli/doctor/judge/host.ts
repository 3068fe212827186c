import { dirname } from "node:path";
import { lacks, type Lack } from "../../../agent/linux/lacks.ts";
import type { Capability, Privileges } from "../../../agent/linux/privileges.ts";
import { failed, ok, type Outcome, skipped, warning } from "../outcome.ts";

export function judgePlatform(platform: string): Outcome {
  if (platform === "linux") return ok("this is Linux");
  return failed({
    what: `this is ${platform}`,
    cost: "an agent runs on Linux only: addresses, filter and guard are made of it",
    remedy: "run the agent on Linux; the command and the control plane may stay here",
  });
}

/** @param version as `process.versions.node` has it */
export function judgeNode(version: string): Outcome {
  const major = Number(version.split(".")[0]);
  if (major >= leastNode) return ok(`Node ${version}`);
  return failed({
    what: `this is Node ${version}`,
    cost: "the agent does not start",
    remedy: `install Node ${leastNode} or later`,
  });
}

/** `engines` of the package. */
const leastNode = 20;

/** Where a program is: null, nowhere; not in PATH: where an administrator's PATH, or a service of systemd, would find it. */
export type ProgramPlace = { readonly path: string; readonly isInPath: boolean } | null;

/** arping is not tried: it would ask the network. */
export function judgeArping(place: ProgramPlace): Outcome {
  const tried: Tried = place?.isInPath === true ? { kind: "has" } : unreached({ name: "arping", place });
  return judgeTried(tried, {
    good: `it is ${place?.path}`,
    open: "whether arping can be used",
    lack: lackOfArping,
  });
}

/** arping does two things, and costs both. */
function lackOfArping(why: string): Lack {
  const { what, cost, remedy } = lacks.asking(why);
  return {
    what,
    cost: `${cost}; neighbours are not told that one has moved, and ${lacks.announcing(why).cost}`,
    remedy,
  };
}

/** What is said of a tool. `open`: what is not known when it was not tried. */
type Sayings = { readonly good: string; readonly open: string; readonly lack: (why: string) => Lack };

function judgeTried(tried: Tried, { good, open, lack }: Sayings): Outcome {
  switch (tried.kind) {
    case "has":
      return ok(good);
    case "not-known":
      return skipped(
        "it takes CAP_NET_ADMIN to try it, which this user does not have",
        "run bridgehead doctor as root, in a container as one that was given CAP_NET_ADMIN",
      );
    case "elsewhere": {
      const { tool, path } = tried;
      const found = `${tool} is at ${path}, which is not in the PATH of this command`;
      return warning({
        what: `${open} was not found out: ${found}`,
        // The agent has an environment of its own, and systemd gives its services a PATH that has these folders.
        cost: `an agent with the same PATH goes without it: ${lack(found).cost}`,
        remedy: `put ${dirname(path)} into PATH and try again; see that the agent's has it too, as a service of systemd has`,
      });
    }
    case "lacks":
      return warning(lack(tried.why));
  }
}

/** Whose privileges were looked at: the agent's, where its process is seen, else those of who asks. */
export type Whose = { readonly who: "agent" | "this user"; readonly privileges: Privileges };

export function judgeCapability({ who, privileges }: Whose, capability: Capability): Outcome {
  const has = privileges.capabilities.has(capability);
  const isAgents = who === "agent";
  const name = isAgents ? "the agent's process" : `this user (uid ${privileges.uid})`;
  // Of this user nothing follows for the agent's.
  const unseen = isAgents ? "" : "; no process of the agent was seen, whose user may have other ones";
  if (has) return ok(`${name} has ${capability}${unseen}`);
  const { what, ...rest } = (capability === "CAP_NET_ADMIN" ? lacks.netAdmin : lacks.netRaw)(name);
  return warning({ what: `${what}${unseen}`, ...rest });
}

/**
 * What the agent has of something that takes CAP_NET_ADMIN, which this process has tried. `not-known`: it may not try it;
 * `elsewhere`: its own PATH does not lead to the tool, which says nothing of the host and little of the agent.
 */
export type Tried =
  | { readonly kind: "has" }
  | { readonly kind: "lacks"; readonly why: string }
  | { readonly kind: "not-known" }
  | { readonly kind: "elsewhere"; readonly tool: string; readonly path: string };

export type Tool = { readonly name: string; readonly place: ProgramPlace };

/** @param why this process cannot; null: it can. @param mine null: not told */
export function triedFor(why: string | null, mine: Privileges | null, { who, privileges }: Whose, tool: Tool): Tried {
  const isAble = privileges.capabilities.has("CAP_NET_ADMIN");
  if (who === "agent" && !isAble) return { kind: "lacks", why: "the agent's process does not have CAP_NET_ADMIN" };
  if (why === null) return { kind: "has" };
  // Whatever a tool says to who lacks the privilege, or leaves undone without a word: the host is not the reason.
  const mayTry = mine?.capabilities.has("CAP_NET_ADMIN") !== false;
  if (tool.place?.isInPath === true) return mayTry ? { kind: "lacks", why } : { kind: "not-known" };
  return unreached(tool);
}

/** Of a tool that is not in the PATH of this process. */
function unreached({ name, place }: Tool): Tried {
  if (place === null) return { kind: "lacks", why: `${name} is not in the PATH of this command` };
  return { kind: "elsewhere", tool: name, path: place.path };
}

export function judgeFilter(tried: Tried): Outcome {
  return judgeTried(tried, {
    good: "nft can filter what leaves this host (netdev egress)",
    open: "whether this host has a packet filter",
    lack: lacks.filter,
  });
}

export function judgeEndingSockets(tried: Tried): Outcome {
  return judgeTried(tried, {
    good: "ss -K ends a connection",
    open: "whether connections of an address that has gone can be ended",
    lack: lacks.endingSockets,
  });
}

/** @param why this process cannot use it; null: it can. It takes no privilege. */
export function judgeIp(why: string | null, place: ProgramPlace): Outcome {
  return judgeTried(triedIp(why, place), {
    good: "addresses can be asked for",
    open: "whether iproute2 can be used",
    lack: lacks.ip,
  });
}

function triedIp(why: string | null, place: ProgramPlace): Tried {
  if (why === null) return { kind: "has" };
  return place?.isInPath === true ? { kind: "lacks", why } : unreached({ name: "ip", place });
}

export function judgeSystemd(isRunning: boolean): Outcome {
  if (isRunning) return ok("systemd runs this host");
  return warning({
    what: "this host is not run by systemd",
    cost: "a Generic Service does not come online here, and bridgehead agent install has nobody to start agent and guard",
    remedy: "start both by what runs this host, and keep groups with a Generic Service elsewhere (possibleOwners)",
  });
}

/** @param source null: not told */
export function judgeClockSource(source: string | null): Outcome | null {
  if (source === null) return null;
  if (!/jiffies/.test(source)) return ok(`the monotonic clock counts by ${source}`);
  return warning({
    what: `the monotonic clock counts by ${source}`,
    cost: "it moves in steps of a timer's tick, and may lose some under load: a fuse may blow later than it should",
    remedy: "see which others there are: /sys/devices/system/clocksource/clocksource0/available_clocksource",
  });
}

/** @param on the settings of the kernel by which a program may bind what is not here */
export function judgeNonlocalBind(on: readonly string[], filter: Tried["kind"]): Outcome {
  const [first] = on;
  if (first === undefined) return ok("a program can bind only addresses that are here");
  const held = {
    has: "the packet filter holds back only addresses that this agent has had since it started",
    lacks: "and there is no packet filter that would hold it back",
    "not-known": "whether a packet filter would hold it back is not known",
    elsewhere: "whether a packet filter would hold it back is not known",
  }[filter];
  return warning({
    what: `${on.join(" and ")} ${on.length === 1 ? "is" : "are"} on: a program can bind an address that is not here`,
    cost: `a mailer that binds a virtual IP on the standby speaks from it, or seems to; ${held}`,
    remedy: on.map((name) => `sysctl -w ${name}=0`).join("; "),
  });
}
