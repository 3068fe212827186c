import { lookup, type ResourceDefinition } from "../../cluster/definition/definition.ts";
import { everythingBelow, objectionToDependency } from "../../cluster/definition/dependencies.ts";
import { expressionOf } from "../../cluster/definition/dependency-expression.ts";
import { driverTypeOf, requiredDependencies } from "../../cluster/properties/property-tables.ts";
import { dependenciesRequestSchema } from "../../protocol/requests.ts";
import {
  dependenciesSchema,
  ipAddressPropsSchema,
  legalitySchema,
  networkNameSchema,
  requiredDependenciesSchema,
} from "../../protocol/objects.ts";
import { answer, refuse } from "../respond.ts";
import { body, question, readers, route, type Route } from "../route.ts";
import { changeQuerySchema, changing, doneNow } from "./change.ts";
import { edit, edited, type Found, notFound, withResource } from "./resource.ts";
import { found } from "./snapshot.ts";

/** What a resource stands on, and what it finds there: a name and an address. */
export const resourceDependencyRoutes: readonly Route[] = [
  question(
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
  question(
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
      withResource(call, ({ group, name }) =>
        found(group.resources, call.params.on, "resource-not-found", () => {
          const reason = objectionToDependency(group.resources, name, call.params.on);
          return answer(200, { allowed: reason === null, reason });
        }),
      ),
  ),
  question(
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
  question(
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
  question(
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
