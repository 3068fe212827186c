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
