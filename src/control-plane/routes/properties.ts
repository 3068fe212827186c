import type * as z from "zod";
import type { PropertyChanges } from "../../cluster/definition/edit.ts";
import type { Problem } from "../../cluster/events.ts";
import { faultOf } from "../../cluster/properties/properties.ts";
import {
  describeProperties,
  type Described,
  type PropertyScope,
  propertyScopes,
  type PropertyView,
  rulesFor,
} from "../../cluster/properties/property-sets.ts";
import { lookup } from "../../cluster/definition/definition.ts";
import { pointer } from "../../cluster/definition/validate-properties.ts";
import { shownName } from "../../cluster/shown-name.ts";
import {
  propertiesQuerySchema,
  propertyChangesSchema,
  propertySetSchema,
  validationSchema,
} from "../../protocol/properties.ts";
import type { Snapshot } from "../cluster-object.ts";
import { answer, notDefined, refuse } from "../respond.ts";
import { body, type Call, operators, question, readers, route, type Route } from "../route.ts";
import { absent } from "./absent.ts";
import { accept, answeredBefore, type Asked } from "./accept.ts";
import { changeQuerySchema, changing, doneNow } from "./change.ts";
import { describedKinds, type DescribedKind } from "./described.ts";
import { fromSnapshot, snapshotOf } from "./snapshot.ts";

type Params = Readonly<Record<string, string>>;
/** Common and private properties of everything that has some: one row of `describedKinds` makes three routes. */
export const propertyRoutes: readonly Route[] = describedKinds.flatMap((described) => [
  question(
    {
      id: `get${described.id}Properties`,
      method: "GET",
      path: `/clusters/{cluster}${described.path}/properties/{scope}`,
      summary: `The common or private properties of ${described.what}, with types, ranges and defaults`,
      roles: readers,
      query: propertiesQuerySchema,
      answers: { 200: { what: "Properties by name", schema: propertySetSchema } },
      problems: problemsOf(described),
    },
    (call) =>
      snapshotOf((snapshot) => {
        const { of, scope } = subjectOf(described, call.params as Params);
        const properties = describeProperties(snapshot, of, scope);
        return properties === null
          ? absent(snapshot, described, of)
          : answer(200, { properties: only(call.query, properties) });
      }),
  ),
  route(
    {
      id: `set${described.id}Properties`,
      method: "PATCH",
      path: `/clusters/{cluster}${described.path}/properties/{scope}`,
      summary: `Set properties of ${described.what}; null takes one back to its default`,
      ...changing,
      query: changeQuerySchema,
      body: body(propertyChangesSchema),
      answers: doneNow,
      problems: [...problemsOf(described), "invalid-properties", "invalid-definition"],
    },
    (call) => {
      const { of, scope } = subjectOf(described, call.params as Params);
      return setProperties(call, described, of, scope, call.body);
    },
  ),
  route(
    {
      id: `validate${described.id}Properties`,
      method: "POST",
      path: `/clusters/{cluster}${described.path}/properties/{scope}/validate`,
      summary: `Whether properties of ${described.what} could be set so; nothing is changed`,
      roles: operators,
      body: body(propertyChangesSchema),
      answers: { 200: { what: "Whether, and every problem", schema: validationSchema } },
      problems: problemsOf(described),
    },
    async (call) =>
      fromSnapshot(await call.cluster().snapshot(), (snapshot) => {
        const { of, scope } = subjectOf(described, call.params as Params);
        const problems = problemsWith(snapshot, of, scope, call.body);
        return problems === null
          ? absent(snapshot, described, of)
          : answer(200, { valid: problems.length === 0, problems });
      }),
  ),
]);

/** Judged by itself first, so that each fault has its name; then the whole definition is judged by the brain. */
export async function setProperties(
  call: Asked & Pick<Call, "principal">,
  described: DescribedKind,
  of: Described,
  scope: PropertyScope,
  properties: PropertyChanges,
): Promise<Response> {
  const before = await answeredBefore(200, call, call.principal.id);
  if (before !== null) return before;
  const snapshot = await call.cluster().snapshot();
  if (snapshot === null) return notDefined();
  const problems = problemsWith(snapshot, of, scope, properties);
  if (problems === null) return absent(snapshot, described, of);
  if (problems.length > 0) return refuse("invalid-properties", "each problem is named with its property", { problems });
  // What has no property that can be set has been told so by now, unless nothing was asked for.
  const owner = of.kind === "net-interface" ? ({ kind: "cluster" } as const) : of;
  const edit = { kind: "set-properties", of: owner, properties } as const;
  return accept(200, call, { type: "edit", actor: call.principal.id, edit, force: false });
}

/** Everything wrong with these values; null where there is no such object. */
export function problemsWith(
  snapshot: Snapshot,
  of: Described,
  scope: PropertyScope,
  changes: PropertyChanges,
): Problem[] | null {
  const rules = rulesFor(snapshot, of, scope);
  if (rules === null) return null;
  return Object.entries(changes).flatMap(([name, value]): Problem[] => {
    const shown = shownName(name);
    const path = pointer([shown]);
    const rule = lookup(rules, name);
    if (rule === undefined)
      return [{ path, code: "unknown-property", sentence: `there is no ${scope} property ${shown}` }];
    if (rule.readOnly) {
      const why = rule.note === undefined ? "" : `: ${rule.note}`;
      return [{ path, code: "property-read-only", sentence: `${name} can be read only${why}` }];
    }
    const fault = value === null ? null : faultOf(rule, value);
    return fault === null ? [] : [{ path, code: fault.code, sentence: `${name} ${fault.sentence}` }];
  });
}

function only(
  { access }: z.output<typeof propertiesQuerySchema>,
  properties: Readonly<Record<string, PropertyView>>,
): Readonly<Record<string, PropertyView>> {
  if (access === undefined) return properties;
  const chosen = Object.entries(properties).filter(([, { readOnly }]) => readOnly === (access === "read-only"));
  return Object.fromEntries(chosen);
}

function subjectOf({ of }: DescribedKind, params: Params): { readonly of: Described; readonly scope: PropertyScope } {
  const scope = propertyScopes.find((known) => known === params["scope"]) ?? "common";
  return { of: of(params), scope };
}

function problemsOf({ notFound: code }: DescribedKind) {
  return [...new Set(["cluster-not-defined", code] as const)];
}
