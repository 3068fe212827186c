import * as z from "zod";
import { type Described, isThere } from "../../cluster/properties/property-sets.ts";
import { enumerateObject, type EnumeratedKind, objectEnums } from "../../cluster/questions/object-enums.ts";
import { objectEnumSchema } from "../../protocol/objects.ts";
import { answer } from "../respond.ts";
import { question, readers, type Route } from "../route.ts";
import { absent } from "./absent.ts";
import { type DescribedKind, describedKinds } from "./described.ts";
import { snapshotOf } from "./snapshot.ts";

type Params = Readonly<Record<string, string>>;

/** `ex`: functions with an Ex at their end there are for the newer objects only. */
const table: Readonly<Record<EnumeratedKind, { readonly what: string; readonly ex: boolean }>> = {
  node: { what: "A node's interfaces and the groups that it owns", ex: true },
  group: { what: "A group's resources and its preferred owners", ex: true },
  resource: { what: "What a resource depends on, what depends on it, and the nodes that may host it", ex: true },
  "resource-type": { what: "The nodes that serve a type, and its resources", ex: false },
  network: { what: "A network's interfaces", ex: false },
};

/** What is of one object, by names: a piece of the cluster's enumeration for each kind of object. */
export const objectEnumRoutes: readonly Route[] = describedKinds.flatMap((described) =>
  isEnumerated(described.kind) ? [enumRoute(described, described.kind)] : [],
);

function isEnumerated(kind: Described["kind"]): kind is EnumeratedKind {
  return Object.hasOwn(table, kind);
}

function enumRoute(described: DescribedKind, kind: EnumeratedKind): Route {
  const { what, ex } = table[kind];
  const types = Object.keys(objectEnums[kind]);
  const query = z.strictObject({
    types: typesSchema(types).describe(`With commas: ${types.join(", ")}; all unless it is said`),
  });
  return question(
    {
      id: `enumerate${described.id}`,
      method: "GET",
      path: `/clusters/{cluster}${described.path}/enum`,
      summary: what,
      clusapi: ["OpenEnum", "Enum", "GetEnumCount"].flatMap((verb) => [
        `Cluster${described.id}${verb}`,
        ...(ex ? [`Cluster${described.id}${verb}Ex`] : []),
      ]),
      roles: readers,
      query,
      answers: { 200: { what: "Types and names, and how many there are", schema: objectEnumSchema } },
      problems: ["cluster-not-defined", described.notFound],
    },
    (call) =>
      snapshotOf((snapshot) => {
        const params: Params = call.params as Params;
        const of = described.of(params);
        if (!isThere(snapshot.definition, of)) return absent(snapshot, described, of);
        const objects = call.query.types.flatMap((type) => enumerateObject(snapshot, kind, params, type));
        return answer(200, { count: objects.length, objects });
      }),
  );
}

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
