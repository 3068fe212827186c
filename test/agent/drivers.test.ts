import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDriverCalls, type DriverCalls } from "../../src/agent/driver-calls.ts";
import { DriverError, type Driver } from "../../src/agent/drivers/driver.ts";
import { loopbackAddress } from "../../src/agent/drivers/loopback-address.ts";
import { type DriverRegistry, driversWith, driverTypes, nobodyElse, onlyOf } from "../../src/agent/drivers/registry.ts";
import type { CallResult, HostEffect, ResourceProblem } from "../../src/agent/host-state.ts";
import type { AssignedResource } from "../../src/cluster/messages.ts";
import { monotonicMs } from "../../src/mta/clock.ts";
import { freePort } from "../support/ports.ts";
import { assigned } from "./assigned.ts";
import { until } from "../support/until.ts";

const loopbackDrivers = driversWith(loopbackAddress, nobodyElse, {
  cluster: "exchange",
  node: "NODE1",
  machine: null,
  started: () => {},
});

type Call = Extract<HostEffect, { type: "call" }>;
const hold = { group: "Exchange", epoch: 3 };

let folder = "";
let now = monotonicMs;
let results: [number, CallResult][] = [];
let failures: [string, number, ResourceProblem][] = [];
let checkpoints: [string, number, number][] = [];
let associations: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-drivers-"));
  now = monotonicMs;
  results = [];
  failures = [];
  checkpoints = [];
  associations = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function callsOf(registry: DriverRegistry, group: Record<string, AssignedResource> = {}): DriverCalls {
  return createDriverCalls({
    registry,
    clock: () => now(),
    contextOf: () => ({
      group,
      heldBefore: {},
      unfenced: [],
      ttlMs: 2_000,
      agentSocket: join(folder, "agent.sock"),
      outputFolder: "",
      baseFolder: folder,
      association: ({ state, partner }) => associations.push(`${state} ${partner}`),
    }),
    called: (_at, call, result) => results.push([call, result]),
    progress: (at, call, checkpoint) => checkpoints.push([at.resource, call, checkpoint]),
    failed: (at, call, problem) => failures.push([at.resource, call, problem]),
    belongings: { add: () => {}, remove: () => {} },
    log: () => {},
  });
}

let counter = 0;
/** Calls a verb and resolves with what came of it. */
async function perform(
  calls: DriverCalls,
  verb: Call["verb"],
  spec: AssignedResource,
  deadline?: number,
): Promise<CallResult> {
  const call = (counter += 1);
  const at = { hold, resource: "it" };
  calls.call({
    type: "call",
    call,
    at,
    verb,
    spec,
    deadline: deadline ?? (verb === "online" ? monotonicMs() + 60_000 : null),
  });
  await until(() => results.some(([number]) => number === call), 10_000);
  const result = results.find(([number]) => number === call)?.[1];
  if (result === undefined) throw new Error("no result");
  return result;
}

const problemCode = (result: CallResult): string => (result.ok ? "ok" : result.problem.code);

test("DR1 a loopback address comes online, and one of the network is refused with what it needs", async () => {
  const calls = callsOf(loopbackDrivers);
  const ok = await perform(calls, "online", assigned("IP Address", { Address: "127.0.77.1" }));
  expect(ok).toEqual({ ok: true });
  for (const address of ["192.0.2.1", "::1", "128.0.0.1", "nonsense"]) {
    const refused = await perform(calls, "online", assigned("IP Address", { Address: address }));
    expect(problemCode(refused)).toBe("address-not-loopback");
    expect(refused).toMatchObject({ problem: { message: expect.stringContaining("linux driver") } });
  }
});

test("DR3 a type without a driver fails, and the answer names those that there are", async () => {
  const refused = await perform(callsOf(loopbackDrivers), "online", assigned("Print Spooler"));
  expect(refused).toMatchObject({
    ok: false,
    problem: { code: "no-driver", message: expect.stringContaining("IP Address") },
  });
});

test("SE5 of a type that this host does not take nothing is done, and the failure says which it takes", async () => {
  const calls = callsOf(onlyOf(loopbackDrivers, ["IP Address", "Network Name"]));
  const marker = join(folder, "was-run");
  const spec = assigned("Generic Application", { CommandLine: `touch ${marker}` });
  expect(await perform(calls, "online", spec)).toMatchObject({
    ok: false,
    problem: {
      code: "no-driver",
      message: expect.stringMatching(/Generic Application.*has: IP Address, Network Name$/),
    },
  });
  expect(existsSync(marker)).toBe(false);
  expect(Object.keys(onlyOf(loopbackDrivers, null))).toEqual(driverTypes);
});

test("DR3 what was never online is offline and terminated without a driver", async () => {
  const calls = callsOf(loopbackDrivers);
  expect(await perform(calls, "offline", assigned("Print Spooler"))).toEqual({ ok: true });
  expect(await perform(calls, "terminate", assigned("Print Spooler"))).toEqual({ ok: true });
});

function fakeDriver(driver: Partial<Driver>): DriverRegistry {
  const nothing = async (): Promise<void> => {};
  return {
    Fake: () => ({
      online: nothing,
      offline: nothing,
      terminate: nothing,
      looksAlive: async () => true,
      isAlive: async () => ({ ok: true }),
      extend: () => {},
      ...driver,
    }),
  };
}

test("DR2 an online whose deadline has passed does not begin", async () => {
  let began = false;
  const calls = callsOf(fakeDriver({ online: async () => void (began = true) }));
  expect(problemCode(await perform(calls, "online", assigned("Fake"), monotonicMs()))).toBe("late");
  expect(began).toBe(false);
});

test("DR2 an online that ends after its deadline is undone", async () => {
  const deadline = monotonicMs() + 60_000;
  const trace: string[] = [];
  const calls = callsOf(
    fakeDriver({
      online: async () => {
        trace.push("online");
        now = () => deadline;
      },
      terminate: async () => void trace.push("terminate"),
    }),
  );
  expect(problemCode(await perform(calls, "online", assigned("Fake"), deadline))).toBe("late");
  expect(trace).toEqual(["online", "terminate"]);
});

test("DR2 an online that is extended while it is under way counts by its new deadline", async () => {
  const deadline = monotonicMs() + 60_000;
  const extended: number[] = [];
  const calls: DriverCalls = callsOf(
    fakeDriver({
      online: async () => {
        calls.extend(hold, deadline + 1_000);
        calls.extend({ ...hold, epoch: 4 }, deadline + 9_000);
        now = () => deadline;
      },
      extend: (at) => void extended.push(at),
    }),
  );
  expect(await perform(calls, "online", assigned("Fake"), deadline)).toEqual({ ok: true });
  expect(extended).toEqual([deadline + 1_000]);
});

test("DR6 the code of a DriverError is reported; anything else that a driver throws is a bug of it, and is contained", async () => {
  const failing = (error: unknown) => callsOf(fakeDriver({ online: () => Promise.reject(error) }));
  const refused = await perform(failing(new DriverError("disk-busy", "x".repeat(5_000))), "online", assigned("Fake"));
  expect(problemCode(refused)).toBe("disk-busy");
  expect(refused.ok ? 0 : refused.problem.message.length).toBe(1_024);
  expect(problemCode(await perform(failing(new TypeError("oops")), "online", assigned("Fake")))).toBe("driver-bug");
  const broken: DriverRegistry = {
    Fake: () => {
      throw new DriverError("no-device", "there is none");
    },
  };
  expect(problemCode(await perform(callsOf(broken), "online", assigned("Fake")))).toBe("no-device");
});

// --- the MTA's process ----------------------------------------------------------------------------------------------

const address = "127.0.77.100";

async function mtaCalls(): Promise<{ calls: DriverCalls; mta: AssignedResource; port: number }> {
  writeFileSync(join(folder, "partners.yaml"), "partners: {}\n");
  const port = await freePort(address);
  const mta = assigned("Message Transfer Agent", { Port: port, PartnersFile: "partners.yaml" });
  const group = {
    "Exchange IP": assigned("IP Address", { Address: address, SubnetMask: "255.255.255.0", Network: "client" }),
    "Exchange Name": assigned("Network Name", { Name: "EXCHVS" }),
    it: mta,
  };
  return { calls: callsOf(loopbackDrivers, group), mta, port };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

test("DR4 an MTA is online when it listens, and offline when it has ended by itself", async () => {
  const { calls, mta, port } = await mtaCalls();
  expect(await perform(calls, "online", mta)).toEqual({ ok: true });
  expect(await answers(port)).toBe(true);
  expect(await perform(calls, "offline", mta)).toEqual({ ok: true });
  expect(await answers(port)).toBe(false);
  expect(failures).toEqual([]);
});

test("DR4 nothing of a terminated MTA is left when that is told, and the next one has the port", async () => {
  const { calls, mta, port } = await mtaCalls();
  for (let turn = 0; turn < 3; turn += 1) {
    expect(await perform(calls, "online", mta)).toEqual({ ok: true });
    expect(await perform(calls, "terminate", mta)).toEqual({ ok: true });
    expect(await answers(port)).toBe(false);
  }
  expect(failures).toEqual([]);
});

test("DR4 an MTA that cannot come online says why", async () => {
  const { calls, mta } = await mtaCalls();
  const refused = await perform(calls, "online", {
    ...mta,
    properties: { ...mta.properties, PartnersFile: "none.yaml" },
  });
  expect(problemCode(refused)).toBe("partners-file-unreadable");
  expect(await perform(calls, "terminate", mta)).toEqual({ ok: true });
});

test("DR18 what has nothing to drain has drained, an address with nothing open and an MTA with nobody too", async () => {
  const { calls, mta } = await mtaCalls();
  expect(await perform(calls, "drain", assigned("Physical Disk"))).toEqual({ ok: true });
  expect(await perform(calls, "online", assigned("Physical Disk"))).toEqual({ ok: true });
  expect(await perform(calls, "drain", assigned("Physical Disk"))).toEqual({ ok: true });
  const address = assigned("IP Address", { Address: "127.0.77.1" });
  for (const spec of [address, mta]) {
    expect(await perform(calls, "online", spec)).toEqual({ ok: true });
    expect(await perform(calls, "drain", spec, monotonicMs() + 60_000)).toEqual({ ok: true });
    calls.resume({ hold, resource: "it" });
    expect(await perform(calls, "is-alive", spec)).toEqual({ ok: true });
    expect(await perform(calls, "terminate", spec)).toEqual({ ok: true });
  }
  expect(failures).toEqual([]);
});

test("DR18 an address of 127.0.0.0/8 waits for its connections, until its time is over", async () => {
  const calls = callsOf(loopbackDrivers);
  const address = assigned("IP Address", { Address: "127.0.77.2" });
  expect(await perform(calls, "online", address)).toEqual({ ok: true });
  const server = createServer().listen({ host: "127.0.77.2", port: 0 });
  await once(server, "listening");
  const client = connect({
    host: "127.0.77.2",
    port: (server.address() as AddressInfo).port,
    localAddress: "127.0.77.3",
  });
  await once(client, "connect");
  const from = monotonicMs();
  expect(await perform(calls, "drain", address, from + 300)).toEqual({ ok: true });
  expect(monotonicMs() - from).toBeGreaterThanOrEqual(299);
  const again = perform(calls, "drain", address, monotonicMs() + 60_000);
  client.destroy();
  server.close();
  expect(await again).toEqual({ ok: true });
  expect(await perform(calls, "offline", address)).toEqual({ ok: true });
});

test("DR5 an MTA ends by itself at its deadline, and that is told", async () => {
  const { calls, mta, port } = await mtaCalls();
  expect(await perform(calls, "online", mta, monotonicMs() + 4_000)).toEqual({ ok: true });
  await until(() => failures.length > 0, 10_000);
  expect(await answers(port)).toBe(false);
  expect(failures).toMatchObject([["it", counter, { code: "mta-ended" }]]);
});

test("DR5 an MTA stays as long as its deadline is moved", async () => {
  const { calls, mta, port } = await mtaCalls();
  const first = monotonicMs() + 4_000;
  expect(await perform(calls, "online", mta, first)).toEqual({ ok: true });
  calls.extend(hold, first + 60_000);
  await until(() => monotonicMs() > first + 50, 10_000);
  expect(await answers(port)).toBe(true);
  expect(await perform(calls, "terminate", mta)).toEqual({ ok: true });
});
