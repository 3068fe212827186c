import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import type { DriverContext } from "../../../src/agent/drivers/driver.ts";
import { linuxAddress } from "../../../src/agent/linux/address-driver.ts";
import { type Filter, FilterError } from "../../../src/agent/linux/filter.ts";
import { filterNoting } from "./filter-noting.ts";
import { until } from "../../support/until.ts";
import { deferred } from "../../../src/mta/deferred.ts";

/** What `ip` prints of a host with one address of its own, and of what was put there. */
function kernelOf(): (line: string) => string {
  const own = "2: eth0    inet 192.0.2.1/24 scope global eth0\\       valid_lft forever preferred_lft forever\n";
  const present = new Set<string>();
  const shown = (address: string) =>
    `2: eth0    inet ${address}/32 scope global eth0\\       valid_lft 1sec preferred_lft 1sec\n`;
  return (line) => {
    const [, verb, address = ""] = /^address (replace|delete) ([^/]+)/.exec(line) ?? [];
    if (verb === "replace") present.add(address);
    if (verb === "delete") present.delete(address);
    if (line === "address show scope global") return own + [...present].map(shown).join("");
    const [, asked = ""] = /^address show dev eth0 to (\S+)$/.exec(line) ?? [];
    return present.has(asked) ? shown(asked) : "";
  };
}

/** A driver on a host that says when it is ready, and what was asked of it. */
function driverOn(
  ready: Promise<Filter | null>,
  {
    ttlMs = 2_000,
    open = (): number => 0,
    clock = (): number => 0,
    heldBefore = {} as DriverContext["heldBefore"],
    probe = async (): Promise<string | null> => null,
  } = {},
) {
  const lines: string[] = [];
  const kernel = kernelOf();
  const told: string[] = [];
  const context: DriverContext = {
    hold: { group: "Mail", epoch: 1 },
    name: "IP",
    spec: {
      type: "IP Address",
      dependsOn: [],
      properties: { Address: "192.0.2.100", SubnetMask: "255.255.255.0", Network: "client" },
      wanted: "Online",
      attempt: 1,
      fails: 0,
      restarts: 0,
    },
    group: {},
    isLeft: false,
    heldBefore,
    unfenced: [],
    ttlMs,
    agentSocket: "",
    outputFolder: "",
    baseFolder: "",
    failed: () => {},
    progress: () => {},
    association: () => {},
    log: () => {},
    belongings: { add: () => void told.push("belonging"), remove: () => {} },
  };
  const driver = linuxAddress({
    clock,
    devices: { of: () => null, forget: () => {} },
    shell: { run: async () => ({ code: 0, said: "" }), end: async () => {} },
    ip: {
      run: async (asked) => {
        const said = typeof asked === "function" ? asked() : asked;
        lines.push(...said);
        return { stdout: said.map((line) => kernel(line)).join(""), stderr: "" };
      },
      end: async () => {},
    },
    announcer: { announce: () => void told.push("announced"), cancel: () => {} },
    probe,
    count: async () => open(),
    watch: { begin: () => {}, watch: () => () => {}, end: () => {} },
    owned: { known: [], add: () => void told.push("owned") },
    ready: () => ready,
    tell: (code) => void told.push(code),
  })(context);
  return { driver, lines, told };
}

test("LX8: an address that is taken away while the host still makes ready is never put there, nor told to anybody", async () => {
  const ready = deferred<Filter | null>();
  const { driver, lines, told } = driverOn(ready.promise);
  const calledOff = expect(driver.online(1_000)).rejects.toMatchObject({ code: "called-off" });
  await driver.terminate();
  ready.resolve(null);
  await calledOff;
  expect(told).toEqual([]);
  expect(lines.filter((line) => line.startsWith("address replace"))).toEqual([]);
});

test("LX9: an address that somebody has is not put there by a renewal that comes while he is asked", async () => {
  const asked = deferred<string | null>();
  const heldBefore = { "192.0.2.100": "unused" } as const;
  const { driver, lines, told } = driverOn(Promise.resolve(null), { heldBefore, probe: () => asked.promise });
  const online = driver.online(2_000);
  for (const deadline of [2_100, 2_200, 2_300]) driver.extend(deadline);
  asked.resolve("02:00:00:00:00:01");
  await expect(online).rejects.toMatchObject({ code: "address-in-use" });
  driver.extend(2_400);
  await driver.terminate();
  expect(told).toEqual([]);
  expect(lines.filter((line) => line.startsWith("address replace"))).toEqual([]);
});

test("LX2: an address that the filter refuses is taken away again", async () => {
  const asked: string[] = [];
  const refusing = { ...filterNoting(asked), open: () => Promise.reject(new FilterError("refused")) };
  const { driver, lines } = driverOn(Promise.resolve(refusing));
  await expect(driver.online(2_000)).rejects.toMatchObject({ code: "filter-refused" });
  expect(lines.filter((line) => line.startsWith("address delete"))).toHaveLength(1);
  expect(asked).toEqual(["guard", "guard", "close"]);
});

test("LX1: a renewal moves the lifetime when much of it is over, or when it is shorter than before", async () => {
  const time = { now: 0 };
  const { driver, lines } = driverOn(Promise.resolve(null), { clock: () => time.now });
  await driver.online(60_000);
  const moved = async (now: number, deadline: number): Promise<boolean> => {
    time.now = now;
    lines.length = 0;
    driver.extend(deadline);
    await delay(5);
    return lines.some((line) => line.startsWith("address replace"));
  };
  expect(await moved(10, 60_010), "so little makes no difference").toBe(false);
  expect(await moved(15_000, 75_000)).toBe(true);
  expect(await moved(15_100, 17_000), "the lease is shorter from now on").toBe(true);
  expect(await moved(15_600, 17_500), "and is renewed in time, as a short one").toBe(true);
});

test("LX11: without a filter a lease of less than a second is refused, and what to do is said", async () => {
  const { driver, lines, told } = driverOn(Promise.resolve(null), { ttlMs: 999 });
  await expect(driver.online(1_000)).rejects.toMatchObject({
    code: "lease-needs-filter",
    message: expect.stringContaining("install nftables"),
  });
  expect([...lines, ...told]).toEqual([]);
});

test("LX13: the filter lets nothing begin while there is something to wait for, and closing is the end of that", async () => {
  const asked: string[] = [];
  const connections = { open: 0 };
  const { driver } = driverOn(Promise.resolve(filterNoting(asked)), { open: () => connections.open });
  // The address is found among those of the host, which this one says it has.
  await driver.online(1_000).catch(() => {});
  asked.length = 0;
  await driver.drain?.begin(10);
  expect(asked).toEqual([]);
  connections.open = 1;
  const drained = driver.drain?.begin(10);
  await until(() => asked.includes("drain"), 5_000);
  driver.drain?.undo();
  await drained;
  await until(() => asked.includes("undrain"), 5_000);
  const again = driver.drain?.begin(10);
  await until(() => asked.filter((what) => what === "drain").length === 2, 5_000);
  await driver.offline().catch(() => {});
  await again;
  expect(asked).toEqual(["drain", "undrain", "drain", "close"]);
  const late = driver.drain?.begin(10);
  await delay(20);
  driver.drain?.undo();
  await late;
  expect(asked.at(-1), "what is not there is not drained").toBe("close");
});

test("AM8 an address that has come and gone is told, once each", async () => {
  const { driver, told } = driverOn(Promise.resolve(null));
  await driver.online(2_000);
  await driver.offline();
  await driver.terminate();
  expect(told).toEqual(["owned", "belonging", "announced", "address-taken", "address-dropped"]);
});
