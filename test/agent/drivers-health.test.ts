import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDriverCalls } from "../../src/agent/driver-calls.ts";
import { type Aliveness, type Driver, type DriverContext, DriverError } from "../../src/agent/drivers/driver.ts";
import { loopbackAddress } from "../../src/agent/drivers/loopback-address.ts";
import { messageTransferAgentWith } from "../../src/agent/drivers/message-transfer-agent.ts";
import { stateOnly } from "../../src/agent/drivers/state-only.ts";
import type { CallResult, Verb } from "../../src/agent/host-state.ts";
import type { AssignedResource } from "../../src/cluster/messages.ts";
import { monotonicMs } from "../../src/mta/clock.ts";
import { freePort } from "../support/ports.ts";
import { assigned } from "./assigned.ts";
import { until } from "../support/until.ts";

const hold = { group: "Exchange", epoch: 3 };
const answerWithinMs = 1_000;

let folder = "";
let failures: string[] = [];
let driver: Driver | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-health-"));
  failures = [];
});
afterEach(async () => {
  await driver?.terminate();
  driver = null;
  rmSync(folder, { recursive: true, force: true });
});

function contextOf(spec: AssignedResource, group: Record<string, AssignedResource> = {}): DriverContext {
  return {
    hold,
    name: "it",
    spec,
    group,
    isLeft: false,
    heldBefore: {},
    unfenced: [],
    ttlMs: 2_000,
    agentSocket: join(folder, "agent.sock"),
    outputFolder: "",
    baseFolder: folder,
    failed: ({ code }) => failures.push(code),
    progress: () => {},
    association: () => {},
    belongings: { add: () => {}, remove: () => {} },
    log: () => {},
  };
}

// --- addresses and states -------------------------------------------------------------------------------------------

test("DR7 a loopback address is alive while this host can bind it, and says why when it cannot", async () => {
  const address = (text: string): Driver => loopbackAddress(contextOf(assigned("IP Address", { Address: text })));
  expect([await address("127.0.78.1").looksAlive(), await address("127.0.78.1").isAlive()]).toEqual([
    true,
    { ok: true },
  ]);
  expect(await address("192.0.2.1").isAlive()).toEqual({
    ok: false,
    reason: expect.stringContaining("192.0.2.1 cannot be bound"),
  });
});

test("DR7 what is a state and nothing else says yes to both", async () => {
  const disk = stateOnly(contextOf(assigned("Physical Disk")));
  expect([await disk.looksAlive(), await disk.isAlive()]).toEqual([true, { ok: true }]);
});

// --- how a driver is asked ------------------------------------------------------------------------------------------

describe("calls", () => {
  const nothing = async (): Promise<void> => {};
  const well: Driver = {
    online: nothing,
    offline: nothing,
    terminate: nothing,
    looksAlive: async () => true,
    isAlive: async () => ({ ok: true }),
    extend: () => {},
  };

  /** Performs calls one after the other on a driver, and tells what came of each. */
  function performer(factory: (context: DriverContext) => Driver) {
    const results = new Map<number, CallResult>();
    const checkpoints: [call: number, checkpoint: number][] = [];
    const codes: string[] = [];
    const { agentSocket, outputFolder, baseFolder, association } = contextOf(assigned("Fake"));
    const calls = createDriverCalls({
      registry: { Fake: factory },
      clock: monotonicMs,
      contextOf: () => ({
        group: {},
        heldBefore: {},
        unfenced: [],
        ttlMs: 2_000,
        agentSocket,
        outputFolder,
        baseFolder,
        association,
      }),
      belongings: { add: () => {}, remove: () => {} },
      called: (_at, call, result) => results.set(call, result),
      failed: () => {},
      progress: (_at, call, checkpoint) => checkpoints.push([call, checkpoint]),
      log: (_level, code) => codes.push(code),
    });
    let last = 0;
    const perform = async (verb: Verb): Promise<CallResult> => {
      const call = (last += 1);
      const deadline = verb === "online" ? monotonicMs() + 60_000 : null;
      calls.call({ type: "call", call, at: { hold, resource: "it" }, verb, spec: assigned("Fake"), deadline });
      await until(() => results.has(call), 5_000);
      return results.get(call) ?? { ok: false, problem: { code: "nothing", message: "" } };
    };
    return { perform, checkpoints, codes };
  }

  test.each<[string, () => Promise<Aliveness>, string]>([
    ["says no", async () => ({ ok: false, reason: "the disk is gone" }), "not-alive"],
    ["rejects", () => Promise.reject(new DriverError("disk-gone", "the disk is gone")), "disk-gone"],
    ["breaks", () => Promise.reject(new TypeError("the disk is gone")), "driver-bug"],
  ])("DR7 a thorough check that %s is a no with its reason", async (_, isAlive, code) => {
    const { perform, codes } = performer(() => ({ ...well, isAlive }));
    await perform("online");
    expect(await perform("is-alive")).toEqual({ ok: false, problem: { code, message: "the disk is gone" } });
    expect(codes).toHaveLength(1);
  });

  test("DR7 a cheap check that says no, or breaks, is a no", async () => {
    for (const looksAlive of [async () => false, () => Promise.reject(new TypeError("oops"))]) {
      const { perform } = performer(() => ({ ...well, looksAlive }));
      await perform("online");
      expect(await perform("looks-alive")).toMatchObject({ ok: false });
      expect(await perform("is-alive")).toEqual({ ok: true });
    }
  });

  test("DR7 a poll takes nothing away: what was asked can be asked again, and taken offline", async () => {
    let offline = 0;
    const { perform } = performer(() => ({ ...well, offline: async () => void (offline += 1) }));
    await perform("online");
    for (const verb of ["looks-alive", "is-alive", "is-alive", "offline"] as const) {
      expect(await perform(verb)).toEqual({ ok: true });
    }
    expect(offline).toBe(1);
  });

  test("DR9 progress is that of the call that is under way, and no number that is none gets through", async () => {
    const { perform, checkpoints, codes } = performer(({ progress }) => ({
      ...well,
      online: async () => [0, 1, 1.5, -1, Number.NaN].forEach(progress),
      offline: async () => progress(7),
    }));
    await perform("online");
    await perform("is-alive");
    await perform("offline");
    expect(checkpoints).toEqual([
      [1, 0],
      [1, 1],
      [3, 7],
    ]);
    expect(codes).toEqual(["driver-bug", "driver-bug", "driver-bug"]);
  });
});

// --- the MTA's process ----------------------------------------------------------------------------------------------

const address = "127.0.78.100";

/** An MTA that goes online, with its process: the child that was not there before. */
async function startingMta(leftMs: number): Promise<{ mta: Driver; pid: number; online: Promise<void> }> {
  writeFileSync(join(folder, "partners.yaml"), "partners: {}\n");
  const port = await freePort(address);
  const spec = assigned("Message Transfer Agent", { Port: port, PartnersFile: "partners.yaml" });
  const group = {
    "Exchange IP": assigned("IP Address", { Address: address, SubnetMask: "255.255.255.0", Network: "client" }),
    "Exchange Name": assigned("Network Name", { Name: "EXCHVS" }),
    it: spec,
  };
  const before = new Set(children());
  const mta = messageTransferAgentWith({ answerWithinMs })(contextOf(spec, group));
  driver = mta;
  expect(await mta.looksAlive()).toBe(false);
  const online = mta.online(monotonicMs() + leftMs);
  const pid = children().find((child) => !before.has(child));
  if (pid === undefined) throw new Error("the MTA has no process");
  return { mta, pid, online };
}

async function onlineMta(): Promise<{ mta: Driver; pid: number }> {
  const { mta, pid, online } = await startingMta(60_000);
  await online;
  return { mta, pid };
}

/** Process ids of this process's children. */
function children(): number[] {
  return readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").trim().split(" ").map(Number);
}

test("DR5 an MTA whose process is slow to start counts the deadline that it has by then, and not the one it began with", async () => {
  const { mta, pid, online } = await startingMta(50);
  const beganWith = monotonicMs() + 50;
  process.kill(pid, "SIGSTOP");
  mta.extend(monotonicMs() + 60_000);
  await until(() => monotonicMs() > beganWith, 5_000);
  process.kill(pid, "SIGCONT");
  await online;
  expect(await mta.isAlive()).toEqual({ ok: true });
});

test("DR5 one that is slow to start, and is not extended meanwhile, does not go online", async () => {
  const { pid, online } = await startingMta(50);
  const beganWith = monotonicMs() + 50;
  process.kill(pid, "SIGSTOP");
  await until(() => monotonicMs() > beganWith, 5_000);
  process.kill(pid, "SIGCONT");
  await expect(online).rejects.toMatchObject({ code: "mta-ended" });
});

test("DR8 an MTA that serves looks alive and is, however often it is asked", async () => {
  const { mta } = await onlineMta();
  const answers = await Promise.all(Array.from({ length: 20 }, () => mta.isAlive()));
  expect(new Set(answers.map(({ ok }) => ok))).toEqual(new Set([true]));
  expect(await mta.looksAlive()).toBe(true);
});

test("DR8 one that is stopped looks alive, and is found not to be; continued, it is again", async () => {
  const { mta, pid } = await onlineMta();
  process.kill(pid, "SIGSTOP");
  expect(await mta.looksAlive()).toBe(true);
  const askedAt = monotonicMs();
  expect(await mta.isAlive()).toEqual({ ok: false, reason: expect.stringContaining(`within ${answerWithinMs} ms`) });
  expect(monotonicMs() - askedAt).toBeGreaterThanOrEqual(answerWithinMs - 1);
  process.kill(pid, "SIGCONT");
  expect(await mta.isAlive()).toEqual({ ok: true });
  expect(failures).toEqual([]);
});

test("DR8 one that is stopped is terminated as any other", async () => {
  const { mta, pid } = await onlineMta();
  process.kill(pid, "SIGSTOP");
  await mta.terminate();
  expect(children()).not.toContain(pid);
  expect([await mta.looksAlive(), (await mta.isAlive()).ok]).toEqual([false, false]);
});

test("DR8 one whose process has been killed neither looks alive nor is, and says so at once", async () => {
  const { mta, pid } = await onlineMta();
  process.kill(pid, "SIGKILL");
  await until(() => failures.length > 0, 5_000);
  expect(await mta.looksAlive()).toBe(false);
  const askedAt = monotonicMs();
  expect(await mta.isAlive()).toEqual({ ok: false, reason: "the MTA process is gone" });
  expect(monotonicMs() - askedAt).toBeLessThan(answerWithinMs);
});
