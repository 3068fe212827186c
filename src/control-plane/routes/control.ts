import { changesSomething, readControlCode, type SupportedFunction } from "../../cluster/properties/control-codes.ts";
import { lookup } from "../../cluster/definition/definition.ts";
import { everythingAbove, everythingBelow } from "../../cluster/definition/dependencies.ts";
import type { PropertyChanges } from "../../cluster/definition/edit.ts";
import { propertiesOf } from "../../cluster/definition/edit-properties.ts";
import { netInterfacesOf } from "../../cluster/definition/net-interfaces.ts";
import {
  describeProperties,
  type Described,
  type PropertyScope,
  type PropertyView,
  resourceProperties,
} from "../../cluster/properties/property-sets.ts";
import { driverTypeOf, requiredDependencies } from "../../cluster/properties/property-tables.ts";
import { controlAnswerSchema, propertyChangesSchema } from "../../protocol/properties.ts";
import type { Snapshot } from "../cluster-object.ts";
import { answer, refuse } from "../respond.ts";
import { body, operators, readers, route, type Route } from "../route.ts";
import { changeQuerySchema } from "./change.ts";
import { describedKinds } from "./described.ts";
import { absent } from "./absent.ts";
import { problemsWith, setProperties } from "./properties.ts";
import { fromSnapshot } from "./snapshot.ts";

type Params = Readonly<Record<string, string>>;

/** Control codes by name or by number: what programs for the cluster API ask, answered by what the other routes answer. */
export const controlRoutes: readonly Route[] = describedKinds.map((described) =>
  route(
    {
      id: `control${described.id}`,
      method: "POST",
      path: `/clusters/{cluster}${described.path}/control/{code}`,
      summary: `A control code for ${described.what}, by name or number; one that sets something takes an operator's token`,
      clusapi: [described.control],
      roles: readers,
      conditional: true,
      query: changeQuerySchema,
      body: body(propertyChangesSchema),
      answers: { 200: { what: "What the code asks for", schema: controlAnswerSchema } },
      problems: [
        ...new Set([
          "cluster-not-defined",
          described.notFound,
          "unknown-control-code",
          "control-code-not-supported",
          "invalid-properties",
          "invalid-definition",
        ] as const),
      ],
    },
    async (call) => {
      const params: Params = call.params as Params;
      const code = readControlCode(described.kind, params["code"] ?? "");
      if (code.kind === "unknown") return refuse("unknown-control-code", "a name or a number of clusapi.h is expected");
      if (code.kind === "unsupported") return refuse("control-code-not-supported", `${code.name}: ${code.why}`);
      const { name, number, function: asked } = code;
      const of = described.of(params);
      const wrap = (result: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
        answer(200, { code: name, number, result }, headers);
      if (!changesSomething(asked)) {
        return fromSnapshot(await call.cluster().snapshot(), (snapshot) => {
          const properties = describeProperties(snapshot, of, scopeOf(asked));
          return properties === null
            ? absent(snapshot, described, of)
            : wrap(resultOf(snapshot, of, asked, properties, call.body));
        });
      }
      if (!operators.some((role) => role === call.principal.role)) {
        return refuse("forbidden", "a code that sets something takes a token of role admin or operator");
      }
      const response = await setProperties(call, described, of, scopeOf(asked), call.body);
      const revision = response.headers.get("ETag");
      return response.ok ? wrap(await response.json(), revision === null ? {} : { ETag: revision }) : response;
    },
  ),
);

function scopeOf(asked: SupportedFunction): PropertyScope {
  return asked.includes("PRIVATE") ? "private" : "common";
}

function resultOf(
  snapshot: Snapshot,
  of: Described,
  asked: SupportedFunction,
  properties: Readonly<Record<string, PropertyView>>,
  values: PropertyChanges,
): unknown {
  switch (asked) {
    case "ENUM_COMMON_PROPERTIES":
    case "ENUM_PRIVATE_PROPERTIES":
      return Object.keys(properties);
    case "GET_RO_COMMON_PROPERTIES":
    case "GET_RO_PRIVATE_PROPERTIES":
      return valuesOf(properties, ({ readOnly }) => readOnly);
    case "GET_COMMON_PROPERTIES":
    case "GET_PRIVATE_PROPERTIES":
      return valuesOf(properties, ({ readOnly }) => !readOnly);
    case "GET_COMMON_PROPERTY_FMTS":
    case "GET_PRIVATE_PROPERTY_FMTS":
      return formatsOf(properties);
    case "GET_COMMON_RESOURCE_PROPERTY_FMTS":
    case "GET_PRIVATE_RESOURCE_PROPERTY_FMTS":
      return of.kind === "resource-type" ? formatsOf(resourceProperties(snapshot, of.name, scopeOf(asked))) : {};
    case "VALIDATE_COMMON_PROPERTIES":
    case "VALIDATE_PRIVATE_PROPERTIES": {
      const problems = problemsWith(snapshot, of, scopeOf(asked), values) ?? [];
      return { valid: problems.length === 0, problems };
    }
    default:
      return factOf(snapshot, of, asked);
  }
}

function valuesOf(properties: Readonly<Record<string, PropertyView>>, which: (of: PropertyView) => boolean): object {
  const chosen = Object.entries(properties).filter(([, property]) => which(property));
  return Object.fromEntries(chosen.map(([name, { value }]) => [name, value]));
}

function formatsOf(properties: Readonly<Record<string, Pick<PropertyView, "type">>>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, type]));
}

/** CLUS_CHAR_… and CLUS_RESSUBCLASS_… have no part here but this: a resource is no disk of Windows. */
const noCharacteristics = 0;
const classUser = 32_768;

function factOf(snapshot: Snapshot, of: Described, asked: SupportedFunction): unknown {
  const { definition } = snapshot;
  switch (asked) {
    case "GET_CHARACTERISTICS":
    case "GET_FLAGS":
      return noCharacteristics;
    case "GET_CLASS_INFO":
      return {
        class: typeOf(snapshot, of) === "Physical Disk" ? 1 : typeOf(snapshot, of) === "IP Address" ? 2 : classUser,
      };
    case "GET_REQUIRED_DEPENDENCIES":
      return lookup(requiredDependencies, typeOf(snapshot, of) ?? "") ?? [];
    case "GET_NAME":
    case "GET_ID":
      return nameOf(definition, of);
    case "GET_FQDN":
      return definition.cluster;
    case "GET_RESOURCE_TYPE":
      return of.kind === "resource"
        ? lookup(lookup(definition.groups, of.group)?.resources ?? {}, of.name)?.type
        : null;
    case "GET_NODE":
      return interfaceOf(snapshot, of)?.node;
    case "GET_NETWORK":
      return interfaceOf(snapshot, of)?.network;
    case "GET_NETWORK_NAME":
      return networkNameBelow(snapshot, of);
    case "QUERY_MAINTENANCE_MODE":
      return { inMaintenance: snapshot.view.maintenance };
    case "QUERY_DELETE":
      return { mayBeDeleted: of.kind === "resource" && aboveOf(snapshot, of).length === 0 };
    default:
      throw new Error(`${asked} is answered before`);
  }
}

function nameOf({ cluster }: Snapshot["definition"], of: Described): string {
  return of.kind === "cluster" ? cluster : of.name;
}

function typeOf({ definition }: Snapshot, of: Described): string | undefined {
  if (of.kind === "resource-type") return driverTypeOf(definition, of.name);
  if (of.kind !== "resource" || propertiesOf(definition, of) === undefined) return undefined;
  return driverTypeOf(definition, lookup(lookup(definition.groups, of.group)?.resources ?? {}, of.name)?.type ?? "");
}

function interfaceOf({ definition }: Snapshot, of: Described) {
  return netInterfacesOf(definition).find(({ name }) => of.kind === "net-interface" && name === of.name);
}

function aboveOf({ definition }: Snapshot, of: Described & { kind: "resource" }): string[] {
  return everythingAbove(lookup(definition.groups, of.group)?.resources ?? {}, of.name);
}

/** The network name that a resource depends on; null without one. */
function networkNameBelow({ definition }: Snapshot, of: Described): unknown {
  if (of.kind !== "resource") return null;
  const resources = lookup(definition.groups, of.group)?.resources ?? {};
  for (const name of [of.name, ...everythingBelow(resources, of.name).toReversed()]) {
    const resource = lookup(resources, name);
    if (resource === undefined || driverTypeOf(definition, resource.type) !== "Network Name") continue;
    return lookup(resource.properties, "Name");
  }
  return null;
}
