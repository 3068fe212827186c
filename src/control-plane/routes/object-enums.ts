import * as z from "zod";
import type { PropertyOwner } from "../../cluster/definition/edit.ts";
import { propertiesOf } from "../../cluster/definition/edit-properties.ts";
import { enumerateObject, type EnumeratedKind, objectEnums } from "../../cluster/questions/object-enums.ts";
import { driverTypeOf } from "../../cluster/properties/property-tables.ts";
import { objectEnumSchema } from "../../protocol/objects.ts";
import type { ProblemCode } from "../../protocol/problems.ts";
import type { Snapshot } from "../cluster-object.ts";
import { answer, refuse } from "../respond.ts";
import { readers, route, type Route } from "../route.ts";
import { thereIsNo } from "./absent.ts";
import { snapshotOf } from "./snapshot.ts";

type Params = Readonly<Record<string, string>>;

type Enumerated = {
  readonly kind: EnumeratedKind;
  readonly id: string;
  readonly path: string;
  readonly what: string;
  readonly functions: string;
  /** Functions with an Ex at their end there are for the newer objects only. */
  readonly ex: boolean;
  readonly notFound: ProblemCode;
};

const table: readonly Enumerated[] = [
  {
    kind: "node",
    id: "enumerateNode",
    path: "/nodes/{node}",
    what: "A node's interfaces and the groups that it owns",
    functions: "ClusterNode",
    ex: true,
    notFound: "node-not-found",
  },
  {
    kind: "group",
    id: "enumerateGroup",
    path: "/groups/{group}",
    what: "A group's resources and its preferred owners",
    functions: "ClusterGroup",
    ex: true,
    notFound: "group-not-found",
  },
  {
    kind: "resource",
    id: "enumerateResource",
    path: "/groups/{group}/resources/{resource}",
    what: "What a resource depends on, what depends on it, and the nodes that may host it",
    functions: "ClusterResource",
    ex: true,
    notFound: "resource-not-found",
  },
  {
    kind: "resource-type",
    id: "enumerateResourceType",
    path: "/resource-types/{type}",
    what: "The nodes that serve a type, and its resources",
    functions: "ClusterResourceType",
    ex: false,
    notFound: "resource-type-not-found",
  },
  {
    kind: "network",
    id: "enumerateNetwork",
    path: "/networks/{network}",
    what: "A network's interfaces",
    functions: "ClusterNetwork",
    ex: false,
    notFound: "network-not-found",
  },
];

/** What is of one object, by names: a piece of the cluster's enumeration for each kind of object. */
export const objectEnumRoutes: readonly Route[] = table.map(({ kind, id, path, what, functions, ex, notFound }) => {
  const types = Object.keys(objectEnums[kind]);
  const query = z.strictObject({
    types: typesSchema(types).describe(`With commas: ${types.join(", ")}; all unless it is said`),
  });
  return route(
    {
      id,
      method: "GET",
      path: `/clusters/{cluster}${path}/enum`,
      summary: what,
      clusapi: ["OpenEnum", "Enum", "GetEnumCount"].flatMap((verb) => [
        `${functions}${verb}`,
        ...(ex ? [`${functions}${verb}Ex`] : []),
      ]),
      roles: readers,
      query,
      answers: { 200: { what: "Types and names, and how many there are", schema: objectEnumSchema } },
      problems: ["cluster-not-defined", notFound],
    },
    (call) =>
      snapshotOf(call, (snapshot) => {
        const params: Params = call.params as Params;
        const of = namedBy(kind, params);
        if (!isThere(snapshot, of)) return refuse(notFound, thereIsNo(snapshot.definition, of));
        const objects = call.query.types.flatMap((type) => enumerateObject(snapshot, kind, params, type));
        return answer(200, { count: objects.length, objects });
      }),
  );
});

function typesSchema(types: readonly string[]) {
  return z
    .string()
    .default(types.join(","))
    .transform((text, context): string[] => {
      const asked = text.split(",").map((type) => type.trim().toUpperCase());
      const wrong = asked.some((type) => !types.includes(type));
      if (wrong) context.addIssue({ code: "custom", message: `must be some of ${types.join(", ")}` });
      return types.filter((type) => asked.includes(type));
    });
}

/** The object that a path of this kind names. */
function namedBy(kind: EnumeratedKind, params: Params): Exclude<PropertyOwner, { readonly kind: "cluster" }> {
  const { node = "", group = "", resource = "", type = "", network = "" } = params;
  if (kind === "resource") return { kind, group, name: resource };
  return { kind, name: { node, group, "resource-type": type, network }[kind] };
}

function isThere({ definition }: Snapshot, of: PropertyOwner): boolean {
  if (of.kind === "resource-type") return driverTypeOf(definition, of.name) !== undefined;
  return propertiesOf(definition, of) !== undefined;
}
