import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import type { Capability, Privileges } from "../../../src/agent/linux/privileges.ts";
import { MemoryError } from "../../../src/agent/memory.ts";
import { faultOfMemory } from "../../../src/cli/doctor/agent.ts";
import { judgeAgentSocket, judgeGuard } from "../../../src/cli/doctor/judge/fences.ts";
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
  triedFor,
} from "../../../src/cli/doctor/judge/host.ts";
import {
  type Inode,
  judgeMemory,
  judgeStateDisk,
  judgeStateFolder,
  judgeTokenFile,
} from "../../../src/cli/doctor/judge/state.ts";

const privileges = (uid: number, ...names: Capability[]): Privileges => ({ uid, capabilities: new Set(names) });
const root = privileges(0, "CAP_NET_ADMIN", "CAP_NET_RAW");
const nobody = privileges(65_534);
const thisUser = (of: Privileges) => ({ who: "this user", privileges: of }) as const;
const agent = (of: Privileges) => ({ who: "agent", privileges: of }) as const;

test("CL34 an agent runs on Linux, and on a Node that is new enough", () => {
  expect([judgePlatform("linux").kind, judgePlatform("darwin").kind]).toEqual(["ok", "failed"]);
  expect([judgeNode("20.0.0").kind, judgeNode("18.20.1").kind]).toEqual(["ok", "failed"]);
});

test("CL34 a capability is the agent's where its process is seen, and else it is said whose was looked at", () => {
  expect(judgeCapability(agent(root), "CAP_NET_RAW")).toEqual({
    kind: "ok",
    sentence: "The agent's process has CAP_NET_RAW.",
  });
  expect(judgeCapability(thisUser(root), "CAP_NET_ADMIN").sentence).toMatch(/uid 0.*no process of the agent was seen/);
  expect(judgeCapability(agent(nobody), "CAP_NET_ADMIN").kind).toBe("warning");
  expect(judgeCapability(thisUser(nobody), "CAP_NET_RAW")).toMatchObject({
    kind: "warning",
    cost: expect.stringContaining("ARP caches"),
  });
});

test("CL34 what root tries is not the agent's where that has no privilege, and what this user may not try is not judged", () => {
  const no = "Operation not permitted";
  const tool = { name: "nft", place: { path: "/usr/sbin/nft", isInPath: true } };
  expect(triedFor(null, root, thisUser(root), tool)).toEqual({ kind: "has" });
  expect(triedFor(null, root, agent(root), tool)).toEqual({ kind: "has" });
  expect(triedFor(null, root, agent(nobody), tool)).toMatchObject({
    kind: "lacks",
    why: expect.stringContaining("the agent's"),
  });
  // Without the privilege ss ends well and ends nothing, which is not the kernel's doing.
  for (const why of [no, "the kernel does not do it"]) {
    expect(triedFor(why, nobody, thisUser(nobody), tool)).toEqual({ kind: "not-known" });
    expect(triedFor(why, nobody, agent(root), tool)).toEqual({ kind: "not-known" });
    expect(triedFor(why, root, thisUser(root), tool)).toEqual({ kind: "lacks", why });
    expect(triedFor(why, null, thisUser(root), tool)).toEqual({ kind: "lacks", why });
  }
  expect(triedFor("Operation not supported", root, agent(root), tool)).toMatchObject({ kind: "lacks" });
});

test("CL34 a tool that this command's PATH does not lead to was not tried, and one that is nowhere is missing", () => {
  const why = "spawn nft ENOENT";
  const elsewhere = { name: "nft", place: { path: "/usr/sbin/nft", isInPath: false } };
  const nowhere = { name: "nft", place: null };
  for (const whose of [thisUser(root), thisUser(nobody), agent(root)]) {
    expect(triedFor(why, nobody, whose, elsewhere)).toEqual({ kind: "elsewhere", tool: "nft", path: "/usr/sbin/nft" });
    expect(triedFor(why, nobody, whose, nowhere)).toEqual({
      kind: "lacks",
      why: "nft is not in the PATH of this command",
    });
  }
  // What works is not looked for, and an agent without the privilege does nothing with a tool, wherever that is.
  expect(triedFor(null, root, thisUser(root), nowhere).kind).toBe("has");
  expect(triedFor(why, root, agent(nobody), elsewhere).kind).toBe("lacks");
});

test("CL34 a tool that does not do is a warning with its reason, its cost and its remedy", () => {
  expect([judgeFilter({ kind: "has" }).kind, judgeFilter({ kind: "not-known" }).kind]).toEqual(["ok", "skipped"]);
  expect(judgeEndingSockets({ kind: "not-known" })).toEqual({
    kind: "skipped",
    sentence: "It takes CAP_NET_ADMIN to try it, which this user does not have.",
    remedy: expect.stringContaining("Run bridgehead doctor as root"),
  });
  expect(judgeFilter({ kind: "lacks", why: "Operation not supported" })).toMatchObject({
    kind: "warning",
    sentence: "This host has no packet filter (Operation not supported).",
    cost: expect.stringContaining("two seconds late"),
    remedy: expect.stringContaining("Linux 5.16"),
  });
  expect(judgeFilter({ kind: "elsewhere", tool: "nft", path: "/usr/sbin/nft" })).toEqual({
    kind: "warning",
    sentence:
      "Whether this host has a packet filter was not found out: nft is at /usr/sbin/nft, which is not in the PATH of this command.",
    cost: expect.stringMatching(/^An agent with the same PATH goes without it: .*two seconds late/),
    remedy: expect.stringContaining("Put /usr/sbin into PATH"),
  });
  expect(judgeEndingSockets({ kind: "lacks", why: "the kernel does not do it" })).toMatchObject({
    remedy: expect.stringContaining("CONFIG_INET_DIAG_DESTROY"),
  });
  expect(judgeEndingSockets({ kind: "elsewhere", tool: "ss", path: "/usr/sbin/ss" }).sentence).toMatch(
    /^Whether connections .*PATH/,
  );
  expect(judgeIp(null, null).kind).toBe("ok");
  expect(judgeIp("spawn ip ENOENT", null)).toMatchObject({
    kind: "warning",
    sentence: "iproute2 cannot be used (ip is not in the PATH of this command).",
  });
  expect(judgeIp("spawn ip ENOENT", { path: "/usr/sbin/ip", isInPath: false }).sentence).toMatch(
    /^Whether .*\/usr\/sbin\/ip/,
  );
});

test("CL34 arping is found, found elsewhere, or missing, with both of its costs", () => {
  expect(judgeArping({ path: "/usr/bin/arping", isInPath: true }).kind).toBe("ok");
  expect(judgeArping({ path: "/usr/sbin/arping", isInPath: false })).toMatchObject({
    kind: "warning",
    sentence: expect.stringContaining("arping is at /usr/sbin/arping"),
  });
  expect(judgeArping(null)).toMatchObject({
    kind: "warning",
    cost: expect.stringMatching(/a stranger has.*neighbours are not told/),
    remedy: expect.stringContaining("iputils-arping"),
  });
});

test("CL34 what the host does by itself is judged: systemd, the clock, binding what is not here", () => {
  expect([judgeSystemd(true).kind, judgeSystemd(false).kind]).toEqual(["ok", "warning"]);
  expect([judgeClockSource("tsc")?.kind, judgeClockSource("refined-jiffies")?.kind, judgeClockSource(null)]).toEqual([
    "ok",
    "warning",
    null,
  ]);
  expect(judgeNonlocalBind([], "lacks").kind).toBe("ok");
  const on = ["net.ipv4.ip_nonlocal_bind"];
  expect(judgeNonlocalBind(on, "has")).toMatchObject({
    cost: expect.stringContaining("only addresses that this agent"),
  });
  for (const filter of ["not-known", "elsewhere"] as const) {
    expect(judgeNonlocalBind(on, filter)).toMatchObject({
      cost: expect.stringContaining("whether a packet filter would hold it back is not known"),
    });
  }
  expect(judgeNonlocalBind(on, "lacks")).toMatchObject({
    cost: expect.stringContaining("there is no packet filter"),
    remedy: "sysctl -w net.ipv4.ip_nonlocal_bind=0.",
  });
});

test("CL34 no guard costs a lease, and a guard that the agent starts itself is not missed", () => {
  expect(judgeGuard("/g", "answers", true).kind).toBe("ok");
  expect(judgeGuard("/g", "nobody", true)).toMatchObject({
    kind: "warning",
    cost: expect.stringContaining("a whole lease"),
  });
  expect(judgeGuard("/g", "nobody", false).kind).toBe("ok");
  expect(judgeGuard("/g", "forbidden", true).kind).toBe("skipped");
});

test("CL34 an agent that listens and does not answer has failed; one that does not run is a warning", () => {
  const answers = ["answers", "silent", "nobody", "forbidden"] as const;
  expect(answers.map((answer) => judgeAgentSocket("/a", answer).kind)).toEqual(["ok", "failed", "warning", "skipped"]);
});

const folder = (mode: number, uid = 7): Inode => ({ kind: "there", isFolder: true, mode: 0o40000 | mode, uid });
const file = (mode: number): Inode => ({ kind: "there", isFolder: false, mode: 0o100000 | mode, uid: 7 });

test.each([
  ["its owner's alone", folder(0o700), 7, "ok"],
  ["of nobody knows whom", folder(0o700), null, "ok"],
  ["of another user", folder(0o700, 8), 7, "failed"],
  ["of another user, and the agent is root", folder(0o700, 8), 0, "ok"],
  ["open to read", folder(0o755), 7, "warning"],
  ["open to write", folder(0o777), 7, "failed"],
  ["no folder", file(0o600), 7, "failed"],
  ["not there", { kind: "absent" }, 7, "skipped"],
  ["not to be seen", { kind: "forbidden" }, 7, "skipped"],
] as const)("CL34 a state folder that is %s", (_what, found, user, kind) => {
  expect(judgeStateFolder("/state", found, user).kind).toBe(kind);
});

test("CL34 what an agent remembers has to outlive a restart, and has to be readable", () => {
  expect(judgeStateDisk("/state", 0xef53).kind).toBe("ok");
  expect(judgeStateDisk("/state", 0x0102_1994)).toMatchObject({
    kind: "warning",
    sentence: "/state is in memory (tmpfs).",
  });
  expect(judgeMemory([]).kind).toBe("ok");
  const damaged = { kind: "faulty", why: "seen.json is damaged" } as const;
  expect(judgeMemory([damaged])).toMatchObject({ kind: "failed", sentence: "seen.json is damaged." });
});

test("CL34 what an agent remembers is not judged by who may not read it, and never said to be removed", () => {
  for (const code of ["EACCES", "EPERM"]) {
    const cause = Object.assign(new Error(code), { code });
    const forbidden = faultOfMemory("/s/remains.json", new MemoryError("memory-damaged", "remove it", cause));
    expect(judgeMemory([forbidden])).toEqual({
      kind: "skipped",
      sentence: "This user may not look at /s/remains.json.",
      remedy: "Run bridgehead doctor as root, or as the agent's user.",
    });
    // What is known to be damaged stays a failure.
    const damaged = faultOfMemory("/s/seen.json", new MemoryError("memory-damaged", "seen.json is damaged"));
    expect(judgeMemory([damaged, forbidden])).toMatchObject({ kind: "failed", sentence: "seen.json is damaged." });
  }
});

test.runIf(process.getuid?.() === 0)("CL34 the folder of another user is not called damaged", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-doctor-"));
  try {
    const state = join(folder, "state");
    const config = join(folder, "agent.yaml");
    mkdirSync(state, { mode: 0o700 });
    chmodSync(folder, 0o755);
    writeFileSync(config, JSON.stringify({ node: "NODE1", cluster: "mail", url: "http://127.0.0.1:1", state }));
    const main = join(import.meta.dirname, "..", "..", "..", "src", "cli", "main.ts");
    const args = [main, "doctor", "--output", "json", "--config", config];
    const options = { cwd: folder, uid: 65_534, gid: 65_534 };
    const out = await new Promise<string>((resolve) => {
      execFile(process.execPath, args, options, (_error, stdout) => resolve(stdout));
    });
    const memory = z
      .array(z.looseObject({ code: z.string() }))
      .parse(JSON.parse(out))
      .find(({ code }) => code === "memory");
    expect(memory).toMatchObject({ outcome: "skipped", remedy: expect.stringContaining("the agent's user") });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each([
  ["its owner's alone", "/t", file(0o600), "one-token", "ok"],
  ["its group's too", "/t", file(0o640), "one-token", "warning"],
  ["everybody's", "/t", file(0o644), "one-token", "failed"],
  ["empty", "/t", file(0o600), "empty", "failed"],
  ["no token", "/t", file(0o600), "no-token", "failed"],
  ["not there", "/t", { kind: "absent" }, "no-token", "failed"],
  ["not to be read", "/t", file(0o600), null, "skipped"],
  ["not named", null, { kind: "absent" }, null, "skipped"],
] as const)("CL34 a token's file that is %s", (_what, path, found, text, kind) => {
  expect(judgeTokenFile(path, found, text).kind).toBe(kind);
});
