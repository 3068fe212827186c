import { expect, test } from "vitest";
import { createReadiness } from "../../../src/agent/linux/readiness.ts";
import { filterNoting } from "./filter-noting.ts";

const own = "2: eth0    inet 192.0.2.1/24 scope global eth0\\       valid_lft forever preferred_lft forever\n";
const at = (address: string, lifetime: string) =>
  `2: eth0    inet ${address}/32 scope global eth0\\       valid_lft ${lifetime} preferred_lft ${lifetime}\n`;

/** A host on which `present` says what `ip` lists, beside its own address. */
function hostWith(
  open: readonly string[] = [],
  refused: ReadonlySet<string> = new Set(),
  left: readonly string[] = [],
) {
  const asked: string[] = [];
  const said: string[] = [];
  const host = { present: "" };
  const readiness = createReadiness({
    left,
    ip: { run: async () => ({ stdout: own + host.present, stderr: "" }), end: async () => {} },
    ready: async () =>
      filterNoting(asked, (address) => {
        if (refused.has(address)) throw new Error("refused");
        return open.includes(address);
      }),
    hasNoIp: () => false,
    notReady: (why) => void said.push(why),
  });
  const order = async (...addresses: string[]): Promise<string[]> => {
    asked.length = 0;
    readiness.makeReady(addresses);
    await readiness.settled();
    return [...asked];
  };
  return { host, order, said, asked, readiness, devices: readiness.devices };
}

test("LX2: each address that may come is guarded once, where it belongs", async () => {
  const { order, devices, said } = hostWith();
  expect(await order("192.0.2.100", "192.0.2.101", "127.0.0.7")).toEqual(["guard", "guard"]);
  expect(await order("192.0.2.101", "192.0.2.100")).toEqual([]);
  expect(devices.of("192.0.2.100")).toBe("eth0");
  expect(said).toEqual([]);
});

test("LX18: an address that may come no more is anybody's, also one that somebody has put there", async () => {
  const { host, order, devices } = hostWith();
  await order("192.0.2.100", "192.0.2.101");
  host.present = at("192.0.2.101", "forever");
  expect(await order("192.0.2.100")).toEqual(["unguard 192.0.2.101"]);
  expect(await order("192.0.2.100")).toEqual([]);
  expect(devices.of("192.0.2.101")).toBeNull();
  host.present = "";
  expect(await order("192.0.2.100", "192.0.2.101"), "it may come again").toEqual(["guard"]);
});

test("LX18: what an owner still has here stays guarded until it has gone", async () => {
  const { host, order } = hostWith();
  await order("192.0.2.100");
  host.present = at("192.0.2.100", "3sec");
  expect(await order()).toEqual([]);
  host.present = "";
  expect(await order()).toEqual(["unguard 192.0.2.100"]);
  expect(await order()).toEqual([]);
});

test("LX18: an address that is open stays guarded, and is looked at again", async () => {
  const open = ["192.0.2.100"];
  const { order } = hostWith(open);
  await order("192.0.2.100");
  expect(await order()).toEqual(["unguard 192.0.2.100"]);
  open.length = 0;
  expect(await order()).toEqual(["unguard 192.0.2.100"]);
  expect(await order()).toEqual([]);
});

test("LX18: an address that leaves and returns before anything was done about it stays guarded", async () => {
  const { order, readiness, asked } = hostWith();
  await order("192.0.2.100");
  readiness.makeReady([]);
  expect(await order("192.0.2.100")).toEqual([]);
  readiness.makeReady([]);
  await readiness.settled();
  readiness.makeReady(["192.0.2.100"]);
  readiness.makeReady([]);
  readiness.makeReady(["192.0.2.100"]);
  await readiness.settled();
  expect(asked).toEqual(["unguard 192.0.2.100", "guard"]);
});

test("LX18: what cannot be done for one address is done for the others, and tried again", async () => {
  const refused = new Set(["192.0.2.100"]);
  const { order, said } = hostWith([], refused);
  await order("192.0.2.100", "192.0.2.101");
  expect(await order()).toEqual(["unguard 192.0.2.100", "unguard 192.0.2.101"]);
  expect(said).toHaveLength(1);
  refused.clear();
  expect(await order()).toEqual(["unguard 192.0.2.100"]);
  expect(await order()).toEqual([]);
});

test("LX18: what a killed run has left guarded is guarded anew when it may come, and given back when it may not", async () => {
  const { order } = hostWith([], new Set(), ["192.0.2.100", "192.0.2.101"]);
  expect(await order("192.0.2.100")).toEqual(["guard", "unguard 192.0.2.101"]);
  expect(await order()).toEqual(["unguard 192.0.2.100"]);
  expect(await order()).toEqual([]);
});
