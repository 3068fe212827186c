import { expect, test } from "vitest";
import type { DriverContext } from "../../../src/agent/drivers/driver.ts";
import { linuxAddress } from "../../../src/agent/linux/address-driver.ts";
import type { Filter } from "../../../src/agent/linux/filter.ts";
import { deferred } from "../../../src/mta/deferred.ts";

test("LX8: an address that is taken away while the host still makes ready is never put there, nor told to anybody", async () => {
  const ready = deferred<Filter | null>();
  const lines: string[] = [];
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
    heldBefore: {},
    agentSocket: "",
    baseFolder: "",
    failed: () => {},
    progress: () => {},
    association: () => {},
    log: () => {},
    belongings: { add: () => void told.push("belonging"), remove: () => {} },
  };
  const driver = linuxAddress({
    clock: () => 0,
    ip: {
      run: async (asked) => {
        lines.push(...asked);
        return {
          stdout: "2: eth0    inet 192.0.2.1/24 scope global eth0\\       valid_lft forever preferred_lft forever\n",
          stderr: "",
        };
      },
      end: async () => {},
    },
    announcer: { announce: () => void told.push("announced"), cancel: () => {} },
    probe: async () => null,
    owned: { known: [], add: () => void told.push("owned") },
    ready: () => ready.promise,
  })(context);
  const online = driver.online(1_000);
  await driver.terminate();
  ready.resolve(null);
  await expect(online).rejects.toMatchObject({ code: "called-off" });
  expect(told).toEqual([]);
  expect(lines.filter((line) => line.startsWith("address replace"))).toEqual([]);
});
