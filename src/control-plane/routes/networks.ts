import { lookup } from "../../cluster/definition/definition.ts";
import { netInterfaceViews, networkStateOf } from "../../cluster/questions/network-states.ts";
import { dwordOf } from "../../cluster/properties/properties.ts";
import { networkProperties } from "../../cluster/properties/property-tables.ts";
import {
  netInterfaceSchema,
  netInterfaceSetSchema,
  networkOrderSchema,
  networkRequestSchema,
  networkSetSchema,
  networkStateSchema,
} from "../../protocol/objects.ts";
import type { Snapshot } from "../cluster-object.ts";
import { accessQuerySchema } from "../access.ts";
import { answer, refuse } from "../respond.ts";
import { body, question, readers, route, type Route } from "../route.ts";
import { accept } from "./accept.ts";
import { changeQuerySchema, changing, createdNow, doneNow } from "./change.ts";
import { found, snapshotOf } from "./snapshot.ts";

export const networkRoutes: readonly Route[] = [
  question(
    {
      id: "listNetworks",
      method: "GET",
      path: "/clusters/{cluster}/networks",
      summary: "The networks in their order of priority",
      roles: readers,
      answers: { 200: { what: "Each with its interfaces", schema: networkSetSchema } },
      problems: ["cluster-not-defined"],
    },
    () =>
      snapshotOf((snapshot) => {
        const names = Object.keys(snapshot.definition.networks);
        return answer(200, { networks: names.map((name) => networkOf(snapshot, name)) });
      }),
  ),
  question(
    {
      id: "getNetwork",
      method: "GET",
      path: "/clusters/{cluster}/networks/{network}",
      summary: "A network: its range, its role, its state as far as it is known here. Its name is its id",
      clusapi: ["OpenClusterNetwork", "GetClusterNetworkState", "GetClusterNetworkId", "OpenClusterNetworkEx"],
      roles: readers,
      query: accessQuerySchema,
      answers: { 200: { what: "The network", schema: networkStateSchema } },
      problems: ["cluster-not-defined", "network-not-found"],
    },
    (call) =>
      snapshotOf((snapshot) =>
        found(snapshot.definition.networks, call.params.network, "network-not-found", () =>
          answer(200, networkOf(snapshot, call.params.network)),
        ),
      ),
  ),
  route(
    {
      id: "createNetwork",
      method: "POST",
      path: "/clusters/{cluster}/networks",
      summary: "Add a network; addresses of groups are on one",
      ...changing,
      query: changeQuerySchema,
      body: body(networkRequestSchema),
      answers: createdNow,
      problems: ["cluster-not-defined", "invalid-definition", "network-exists"],
    },
    (call) => {
      const { name, ...definition } = call.body;
      const edit = { kind: "add-network", network: name, definition } as const;
      return accept(201, call, { type: "edit", actor: call.principal.id, edit, force: false });
    },
  ),
  route(
    {
      id: "deleteNetwork",
      method: "DELETE",
      path: "/clusters/{cluster}/networks/{network}",
      summary: "Remove a network that no resource is on",
      ...changing,
      query: changeQuerySchema,
      answers: doneNow,
      problems: ["cluster-not-defined", "invalid-definition", "network-not-found", "network-in-use"],
    },
    (call) => {
      const edit = { kind: "remove-network", network: call.params.network } as const;
      return accept(200, call, { type: "edit", actor: call.principal.id, edit, force: false });
    },
  ),
  route(
    {
      id: "orderNetworks",
      method: "PUT",
      path: "/clusters/{cluster}/network-priority",
      summary: "Say in which order networks come; those that are not named come last, as they were",
      clusapi: ["SetClusterNetworkPriorityOrder"],
      ...changing,
      query: changeQuerySchema,
      body: body(networkOrderSchema),
      answers: doneNow,
      problems: ["cluster-not-defined", "network-not-found"],
    },
    (call) => {
      const edit = { kind: "order-networks", networks: call.body.networks } as const;
      return accept(200, call, { type: "edit", actor: call.principal.id, edit, force: false });
    },
  ),
  question(
    {
      id: "listNetInterfaces",
      method: "GET",
      path: "/clusters/{cluster}/net-interfaces",
      summary: "Where nodes meet networks: one for each network that a node's address lies in",
      roles: readers,
      answers: { 200: { what: "The interfaces", schema: netInterfaceSetSchema } },
      problems: ["cluster-not-defined"],
    },
    () => snapshotOf(({ definition, view }) => answer(200, { netInterfaces: netInterfaceViews(definition, view) })),
  ),
  question(
    {
      id: "getNetInterface",
      method: "GET",
      path: "/clusters/{cluster}/net-interfaces/{interface}",
      summary: "An interface by its name; its state is what is known of its node",
      clusapi: ["OpenClusterNetInterface", "GetClusterNetInterfaceState", "OpenClusterNetInterfaceEx"],
      roles: readers,
      query: accessQuerySchema,
      answers: { 200: { what: "The interface", schema: netInterfaceSchema } },
      problems: ["cluster-not-defined", "net-interface-not-found"],
    },
    (call) =>
      snapshotOf(({ definition, view }) => {
        const one = netInterfaceViews(definition, view).find(({ name }) => name === call.params.interface);
        return one === undefined
          ? refuse("net-interface-not-found", "its name is `<node> - <network>`")
          : answer(200, one);
      }),
  ),
  question(
    {
      id: "findNetInterface",
      method: "GET",
      path: "/clusters/{cluster}/nodes/{node}/net-interfaces/{network}",
      summary: "The interface of a node on a network",
      clusapi: ["GetClusterNetInterface"],
      roles: readers,
      answers: { 200: { what: "The interface", schema: netInterfaceSchema } },
      problems: ["cluster-not-defined", "net-interface-not-found"],
    },
    (call) =>
      snapshotOf(({ definition, view }) => {
        const one = netInterfaceViews(definition, view).find(
          ({ node, network }) => node === call.params.node && network === call.params.network,
        );
        return one === undefined
          ? refuse("net-interface-not-found", "the node has no address there")
          : answer(200, one);
      }),
  ),
];

function networkOf({ definition, view }: Snapshot, name: string) {
  const netInterfaces = netInterfaceViews(definition, view).filter(({ network }) => network === name);
  const network = lookup(definition.networks, name);
  const metric = dwordOf(network?.properties ?? {}, networkProperties, "Metric");
  return {
    name,
    cidr: network?.cidr,
    role: network?.role,
    metric,
    state: networkStateOf(netInterfaces),
    netInterfaces,
  };
}
