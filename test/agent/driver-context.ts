import { join } from "node:path";
import type { Belonging } from "../../src/agent/belongings.ts";
import type { DriverContext } from "../../src/agent/drivers/driver.ts";
import type { AssignedResource } from "../../src/cluster/messages.ts";
import { assigned } from "./assigned.ts";

/** What a driver that runs programs has told: failures, and what is on the host. */
export type Heard = {
  readonly failures: { code: string; message: string }[];
  readonly there: ReadonlySet<string>;
};

/** The place of resource App of group Mail, which is a virtual server, in a folder of its own. */
export function contextIn(folder: string, spec: AssignedResource): { context: DriverContext; heard: Heard } {
  const failures: Heard["failures"] = [];
  const there = new Set<string>();
  const keyOf = (belonging: Belonging): string => JSON.stringify(belonging);
  const context: DriverContext = {
    hold: { group: "Mail", epoch: 7 },
    name: "App",
    spec,
    group: {
      IP: assigned("IP Address", { Address: "127.0.1.100", SubnetMask: "255.255.255.0", Network: "client" }),
      Name: assigned("Network Name", { Name: "MAILVS" }),
      App: spec,
    },
    isLeft: false,
    heldBefore: {},
    unfenced: [],
    ttlMs: 2_000,
    agentSocket: "/run/agent.sock",
    outputFolder: join(folder, "output"),
    baseFolder: folder,
    failed: (problem) => void failures.push(problem),
    progress: () => {},
    association: () => {},
    log: () => {},
    belongings: {
      add: (belonging) => void there.add(keyOf(belonging)),
      remove: (belonging) => void there.delete(keyOf(belonging)),
    },
  };
  return { context, heard: { failures, there } };
}
