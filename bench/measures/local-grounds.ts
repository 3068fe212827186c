import type { LocalGrounds } from "../../src/agent/local-verdict.ts";
import type { HoldOrder } from "../../src/agent/orders.ts";
import type { ReportedHold } from "../../src/cluster/messages.ts";
import type { AssignedResource } from "../../src/cluster/messages.ts";

const group = "Exchange";

/** What an agent knows that owns one virtual server, all of it online. */
export function groundsOfOwner(): { readonly grounds: LocalGrounds; readonly group: string } {
  const revision = { generation: 1, n: 1 };
  const resources = {
    "Exchange IP": resource("IP Address", [], {
      Address: "127.0.1.100",
      SubnetMask: "255.255.255.0",
      Network: "client",
    }),
    "Exchange Name": resource("Network Name", ["Exchange IP"], { Name: "EXCHVS" }),
  };
  const hold: HoldOrder = {
    group,
    epoch: 1,
    resources,
    mode: { kind: "up", deadline: 2_000 },
    observe: false,
    heldBefore: {},
    unfenced: [],
  };
  const reported: ReportedHold = {
    group,
    epoch: 1,
    resources: { "Exchange IP": { state: "Online", attempt: 1 }, "Exchange Name": { state: "Online", attempt: 1 } },
  };
  return {
    group,
    grounds: {
      orders: { n: 1, revision, ttlMs: 2_000, holds: [hold], mayCome: [] },
      report: { revision, holds: [reported], associations: [], notices: [] },
      now: 500,
    },
  };
}

function resource(
  type: string,
  dependsOn: AssignedResource["dependsOn"],
  properties: AssignedResource["properties"],
): AssignedResource {
  return { type, dependsOn, properties, wanted: "Online", attempt: 1, fails: 0, restarts: 0 };
}
