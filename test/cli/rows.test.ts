import { expect, test } from "vitest";
import { groupRows, groupSheet } from "../../src/cli/rows.ts";
import { clusterViewSchema } from "../../src/protocol/view.ts";
import { clusterView, groupView } from "../dashboard/views.ts";

test.each([
  ["that of its virtual server", { address: "192.0.2.10", addresses: ["192.0.2.10", "2001:db8::a"] }, "192.0.2.10"],
  ["all that are online", { address: null, addresses: ["192.0.2.10", "2001:db8::a"] }, "192.0.2.10, 2001:db8::a"],
  ["none", { address: null, addresses: [] }, null],
])("VD6 the address of a group is %s", (_which, addresses, shown) => {
  const group = groupView(addresses);
  expect(groupRows(clusterView({ groups: { Web: group } }))[0]?.["address"]).toBe(shown);
  expect(groupSheet("Web", group)["address"]).toBe(shown);
});

test("VD6 a control plane that is older, and says no addresses, is understood", () => {
  const { addresses: _, ...older } = groupView();
  const view = clusterViewSchema.parse({ ...clusterView(), groups: { Web: older } });
  expect(view.groups["Web"]?.addresses).toEqual([]);
});

test.each([
  ["goes down by default", {}, "goes down after a ttl"],
  [
    "stays while its peers agree",
    { peers: [{ node: "NODE2", address: "", agrees: true }] },
    "stays while these agree: NODE2",
  ],
  [
    "goes down where one cannot be asked",
    { cannotBeAsked: ["NODE3"] },
    "goes down after a ttl: no peerListen on NODE3",
  ],
  ["goes down alone", {}, "goes down after a ttl: no other node that could get it is joined"],
  ["stays as soon as it has an owner", { owner: null }, "stays while peers agree"],
  ["will not stay", { owner: null, cannotBeAsked: ["NODE1"] }, "goes down after a ttl: no peerListen on NODE1"],
])("PW10 without a control plane a group %s, and is shown so", (what, more, shown) => {
  const onControlPlaneLoss = what === "goes down by default" ? "drop" : "hold-while-peers-agree";
  expect(groupSheet("Web", groupView({ onControlPlaneLoss, ...more }))["without control plane"]).toBe(shown);
});

test("PW10 a control plane that is older, and says of nobody whether it could be asked, is understood", () => {
  const { cannotBeAsked: _, claimants: __, ...older } = groupView();
  const peers = [{ node: "NODE2", agrees: true }];
  const view = clusterViewSchema.parse({ ...clusterView(), groups: { Web: { ...older, peers } } });
  expect(view.groups["Web"]).toMatchObject({
    cannotBeAsked: [],
    claimants: null,
    peers: [{ node: "NODE2", address: "", agrees: true }],
  });
});
