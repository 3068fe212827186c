import { type GroupDefinition, lookup, type ResourceDefinition } from "../../cluster/definition.ts";
import { everythingBelow, objectionToDependency } from "../../cluster/dependencies.ts";
import { expressionOf } from "../../cluster/dependency-expression.ts";
import type { Edit } from "../../cluster/edit.ts";
import { driverTypeOf, requiredDependencies } from "../../cluster/property-tables.ts";
import {
  changeGroupRequestSchema,
  dependenciesRequestSchema,
  ownersRequestSchema,
  resourceRequestSchema,
} from "../../protocol/http.ts";
import {
  dependenciesSchema,
  ipAddressPropsSchema,
  legalitySchema,
  networkNameSchema,
  ownersAnswerSchema,
  requiredDependenciesSchema,
  resourceSetSchema,
  type ResourceStateAnswer,
  resourceStateSchema,
} from "../../protocol/objects.ts";
import type { Snapshot } from "../cluster-object.ts";
import { accessQuerySchema } from "../access.ts";
import { answer, refuse } from "../respond.ts";
import { body, type Call, readers, route, type Route } from "../route.ts";
import { accept, type Asked } from "./accept.ts";
import { changeQuerySchema, changing, createdNow, doneNow, underWay } from "./change.ts";
import { snapshotOf } from "./snapshot.ts";

const collection = "/clusters/{cluster}/groups/{group}/resources";
const one = "/clusters/{cluster}/groups/{group}/resources/{resource}";
const notFound = ["cluster-not-defined", "group-not-found", "resource-not-found"] as const;
const edited = [...notFound, "invalid-definition"] as const;

export const resourceRoutes: readonly Route[] = [
  route(
    {
      id: "listResources",
      method: "GET",
      path: "/clusters/{cluster}/resources",
      summary: "The resources of every group",
      roles: readers,
      answers: { 200: { what: "Group by group", schema: resourceSetSchema } },
      problems: ["cluster-not-defined"],
    },
    (call) =>
      snapshotOf(call, (snapshot) => {
        const groups = Object.keys(snapshot.definition.groups);
        return answer(200, { resources: groups.flatMap((group) => statesOf(snapshot, group)) });
      }),
  ),
  route(
    {
      id: "listGroupResources",
      method: "GET",
      path: collection,
      summary: "The resources of a group",
      roles: readers,
      answers: { 200: { what: "In the order of the definition", schema: resourceSetSchema } },
      problems: ["cluster-not-defined", "group-not-found"],
    },
    (call) =>
      snapshotOf(call, (snapshot) =>
        lookup(snapshot.definition.groups, call.params.group) === undefined
          ? refuse("group-not-found", "names are written as in the definition")
          : answer(200, { resources: statesOf(snapshot, call.params.group) }),
      ),
  ),
  route(
    {
      id: "getResource",
      method: "GET",
      path: one,
      summary: "A resource: its type, its state, the node that has it",
      clusapi: ["OpenClusterResource", "OpenClusterResourceEx", "GetClusterResourceState"],
      roles: readers,
      query: accessQuerySchema,
      answers: { 200: { what: "The resource", schema: resourceStateSchema } },
      problems: notFound,
    },
    (call) =>
      withResource(call, ({ snapshot, name, groupName }) =>
        answer(
          200,
          statesOf(snapshot, groupName).find((state) => state.name === name),
        ),
      ),
  ),
  route(
    {
      id: "createResource",
      method: "POST",
      path: collection,
      summary: "Create a resource in a group",
      clusapi: ["CreateClusterResource"],
      ...changing,
      query: changeQuerySchema,
      body: body(resourceRequestSchema),
      answers: createdNow,
      problems: ["cluster-not-defined", "invalid-definition", "group-not-found", "resource-exists"],
    },
    (call) => {
      const { name, ...definition } = call.body;
      return edit(201, call, { kind: "add-resource", group: call.params.group, resource: name, definition });
    },
  ),
  route(
    {
      id: "deleteResource",
      method: "DELETE",
      path: one,
      summary: "Delete a resource that nothing depends on; the owner takes it offline",
      clusapi: ["DeleteClusterResource"],
      ...changing,
      query: changeQuerySchema,
      answers: underWay,
      problems: [...edited, "resource-in-use"],
    },
    (call) => edit(202, call, { kind: "remove-resource", ...call.params }),
  ),
  ...(["Online", "Offline"] as const).map((wanted) =>
    route(
      {
        id: wanted === "Online" ? "bringResourceOnline" : "takeResourceOffline",
        method: "POST",
        path: `/clusters/{cluster}/groups/{group}/resources/{resource}/${wanted === "Online" ? "online" : "offline"}`,
        summary:
          wanted === "Online"
            ? "Bring a resource online, with what it stands on; what has failed is tried again"
            : "Take a resource offline, with what stands on it",
        clusapi: [`${wanted}ClusterResource`, `${wanted}ClusterResourceEx`],
        ...changing,
        query: changeQuerySchema,
        answers: underWay,
        problems: notFound,
      },
      (call) => {
        const { group = "", resource = "" } = call.params as Readonly<Record<string, string>>;
        return accept(202, call, { type: "want-resource", actor: call.principal.id, group, resource, wanted });
      },
    ),
  ),
  ...(["fail", "restart"] as const).map((verb) =>
    route(
      {
        id: verb === "fail" ? "failResource" : "restartResource",
        method: "POST",
        path: `/clusters/{cluster}/groups/{group}/resources/{resource}/${verb}`,
        summary:
          verb === "fail"
            ? "Let a resource that is online fail, with all that follows from a failure"
            : "Take a resource that is online offline, with what stands on it, and bring it back",
        clusapi: [verb === "fail" ? "FailClusterResource" : "RestartClusterResource"],
        ...changing,
        query: changeQuerySchema,
        answers: underWay,
        problems: [...notFound, "group-not-owned", "group-in-transition", "resource-not-online", "in-maintenance"],
      },
      (call) => {
        const { group = "", resource = "" } = call.params as Readonly<Record<string, string>>;
        return accept(202, call, { type: `${verb}-resource`, actor: call.principal.id, group, resource });
      },
    ),
  ),
  route(
    {
      id: "changeResourceGroup",
      method: "POST",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/change-group",
      summary: "Put a resource into another group, with what it stands on and what stands on it",
      clusapi: ["ChangeClusterResourceGroup"],
      ...changing,
      query: changeQuerySchema,
      body: body(changeGroupRequestSchema),
      answers: underWay,
      problems: [...edited, "resource-exists"],
    },
    (call) => edit(202, call, { kind: "change-group", ...call.params, to: call.body.group }),
  ),
  route(
    {
      id: "getPossibleOwners",
      method: "GET",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/possible-owners",
      summary: "The nodes that may host a resource",
      roles: readers,
      answers: { 200: { what: "Names of nodes; all of them where none is named", schema: ownersAnswerSchema } },
      problems: notFound,
    },
    (call) =>
      withResource(call, ({ snapshot, resource: { possibleOwners } }) =>
        answer(200, { owners: possibleOwners.length > 0 ? possibleOwners : Object.keys(snapshot.definition.nodes) }),
      ),
  ),
  route(
    {
      id: "setPossibleOwners",
      method: "PUT",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/possible-owners",
      summary: "Say which nodes may host a resource; an empty list is every node",
      ...changing,
      query: changeQuerySchema,
      body: body(ownersRequestSchema),
      answers: underWay,
      problems: edited,
    },
    (call) => edit(202, call, { kind: "allow-owners", ...call.params, owners: call.body.owners }),
  ),
  route(
    {
      id: "addPossibleOwner",
      method: "PUT",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/possible-owners/{node}",
      summary: "Let a node host a resource",
      clusapi: ["AddClusterResourceNode"],
      ...changing,
      query: changeQuerySchema,
      answers: doneNow,
      problems: edited,
    },
    (call) => edit(200, call, { kind: "add-owner", ...call.params }),
  ),
  route(
    {
      id: "removePossibleOwner",
      method: "DELETE",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/possible-owners/{node}",
      summary: "Let a node host a resource no more; a group that it owns goes elsewhere",
      clusapi: ["RemoveClusterResourceNode"],
      ...changing,
      query: changeQuerySchema,
      answers: underWay,
      problems: [...edited, "last-possible-owner"],
    },
    (call) => edit(202, call, { kind: "remove-owner", ...call.params }),
  ),
  route(
    {
      id: "getDependencies",
      method: "GET",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/dependencies",
      summary: "What a resource depends on, as a list and as an expression",
      clusapi: ["GetClusterResourceDependencyExpression"],
      roles: readers,
      answers: { 200: { what: "Its dependencies", schema: dependenciesSchema } },
      problems: notFound,
    },
    (call) =>
      withResource(call, ({ resource: { dependsOn } }) =>
        answer(200, { dependsOn, expression: expressionOf(dependsOn) }),
      ),
  ),
  route(
    {
      id: "setDependencies",
      method: "PUT",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/dependencies",
      summary: "Say what a resource depends on: a list, or an expression such as `([IP A] or [IP B]) and [Disk]`",
      clusapi: ["SetClusterResourceDependencyExpression"],
      ...changing,
      query: changeQuerySchema,
      body: body(dependenciesRequestSchema),
      answers: doneNow,
      problems: edited,
    },
    (call) => edit(200, call, { kind: "depend-on", ...call.params, dependsOn: call.body.dependsOn }),
  ),
  route(
    {
      id: "addDependency",
      method: "PUT",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/dependencies/{on}",
      summary: "Let a resource depend on another one of its group",
      clusapi: ["AddClusterResourceDependency"],
      ...changing,
      query: changeQuerySchema,
      answers: doneNow,
      problems: edited,
    },
    (call) => edit(200, call, { kind: "add-dependency", ...call.params }),
  ),
  route(
    {
      id: "removeDependency",
      method: "DELETE",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/dependencies/{on}",
      summary: "Let a resource depend on another one no more",
      clusapi: ["RemoveClusterResourceDependency"],
      ...changing,
      query: changeQuerySchema,
      answers: doneNow,
      problems: edited,
    },
    (call) => edit(200, call, { kind: "remove-dependency", ...call.params }),
  ),
  route(
    {
      id: "canDependOn",
      method: "GET",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/can-depend-on/{on}",
      summary: "Whether a resource may depend on another one",
      clusapi: ["CanResourceBeDependent"],
      roles: readers,
      answers: { 200: { what: "Whether, and if not, why", schema: legalitySchema } },
      problems: notFound,
    },
    (call) =>
      withResource(call, ({ group, name }) => {
        if (lookup(group.resources, call.params.on) === undefined) return noSuchResource();
        const reason = objectionToDependency(group.resources, name, call.params.on);
        return answer(200, { allowed: reason === null, reason });
      }),
  ),
  route(
    {
      id: "getRequiredDependencies",
      method: "GET",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/required-dependencies",
      summary: "The types that a resource of this type has to depend on",
      roles: readers,
      answers: { 200: { what: "Names of types", schema: requiredDependenciesSchema } },
      problems: notFound,
    },
    (call) =>
      withResource(call, ({ snapshot, resource }) => {
        const type = driverTypeOf(snapshot.definition, resource.type) ?? resource.type;
        return answer(200, { types: lookup(requiredDependencies, type) ?? [] });
      }),
  ),
  route(
    {
      id: "getNetworkName",
      method: "GET",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/network-name",
      summary: "The network name that a resource depends on: what it should call itself",
      clusapi: ["GetClusterResourceNetworkName"],
      roles: readers,
      answers: { 200: { what: "The Network Name resource, and its name", schema: networkNameSchema } },
      problems: [...notFound, "no-such-dependency"],
    },
    (call) =>
      withResource(call, (found) => {
        const below = nearest(found, "Network Name");
        if (below === null) return refuse("no-such-dependency", "it depends on no Network Name");
        return answer(200, { resource: below.name, networkName: text(below.resource, "Name") });
      }),
  ),
  route(
    {
      id: "getIpAddressProps",
      method: "GET",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/ip-address-props",
      summary: "The IP address that a resource depends on (ResUtilGetResourceDependentIPAddressProps)",
      roles: readers,
      answers: {
        200: { what: "The IP Address resource, its address, mask and network", schema: ipAddressPropsSchema },
      },
      problems: [...notFound, "no-such-dependency"],
    },
    (call) =>
      withResource(call, (found) => {
        const below = nearest(found, "IP Address");
        if (below === null) return refuse("no-such-dependency", "it depends on no IP Address");
        const [address, subnetMask, network] = ["Address", "SubnetMask", "Network"].map((of) =>
          text(below.resource, of),
        );
        return answer(200, { resource: below.name, address, subnetMask, network });
      }),
  ),
];

type Found = {
  readonly snapshot: Snapshot;
  readonly groupName: string;
  readonly group: GroupDefinition;
  readonly name: string;
  readonly resource: ResourceDefinition;
};

function withResource(
  call: Pick<Call, "cluster"> & { readonly params: { readonly group: string; readonly resource: string } },
  respond: (found: Found) => Response,
): Promise<Response> {
  const { group: groupName, resource: name } = call.params;
  return snapshotOf(call, (snapshot) => {
    const group = lookup(snapshot.definition.groups, groupName);
    if (group === undefined) return refuse("group-not-found", "names are written as in the definition");
    const resource = lookup(group.resources, name);
    return resource === undefined ? noSuchResource() : respond({ snapshot, groupName, group, name, resource });
  });
}

function edit(status: 200 | 201 | 202, call: Asked & Pick<Call, "principal">, change: Edit): Promise<Response> {
  return accept(status, call, { type: "edit", actor: call.principal.id, edit: change, force: false });
}

/** The resource itself or the first below it that is of this built-in type. */
function nearest({ snapshot, group, name }: Found, type: string) {
  const names = [name, ...everythingBelow(group.resources, name).toReversed()];
  for (const one of names) {
    const resource = lookup(group.resources, one);
    if (resource !== undefined && driverTypeOf(snapshot.definition, resource.type) === type)
      return { name: one, resource };
  }
  return null;
}

function text({ properties }: ResourceDefinition, name: string): string {
  return String(lookup(properties, name));
}

function noSuchResource(): Response {
  return refuse("resource-not-found", "names are written as in the definition");
}

function statesOf({ definition, view }: Snapshot, groupName: string): ResourceStateAnswer[] {
  const group = lookup(definition.groups, groupName);
  const state = lookup(view.groups, groupName);
  return Object.entries(state?.resources ?? {}).map(([name, resource]) => ({
    name,
    group: groupName,
    ...resource,
    dependsOn: resource.dependsOn.map((item) => (typeof item === "string" ? item : [...item])),
    owner: state?.owner ?? null,
    possibleOwners: [...(lookup(group?.resources ?? {}, name)?.possibleOwners ?? [])],
  }));
}
