import type { Described, PropertyScope } from "../../cluster/properties/property-sets.ts";
import { type Accepted, acceptedSchema } from "../../protocol/changes.ts";
import {
  type ControlAnswer,
  controlAnswerSchema,
  type PropertyChangesInput,
  type PropertySet,
  propertySetSchema,
  type Validation,
  validationSchema,
} from "../../protocol/properties.ts";
import type { ChangeOptions } from "../change-options.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** The properties of any object, and control codes. */
export function propertyMethods({ at, get, post, change }: Transport) {
  const of = (cluster: string, object: Described, ...parts: readonly string[]) =>
    at(cluster, ...pathOf(object), ...parts);
  return {
    properties: (cluster: string, object: Described, scope: PropertyScope): Promise<Result<PropertySet>> =>
      get(of(cluster, object, "properties", scope), propertySetSchema),
    /** Null takes a property back to its default. */
    setProperties: (
      cluster: string,
      object: Described,
      scope: PropertyScope,
      properties: PropertyChangesInput,
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      change("PATCH", of(cluster, object, "properties", scope), properties, acceptedSchema, options),
    validateProperties: (
      cluster: string,
      object: Described,
      scope: PropertyScope,
      properties: PropertyChangesInput,
    ): Promise<Result<Validation>> =>
      post(of(cluster, object, "properties", scope, "validate"), properties, validationSchema),
    /** A control code by name or number. */
    control: (
      cluster: string,
      object: Described,
      code: string,
      properties: PropertyChangesInput = {},
      options: ChangeOptions = {},
    ): Promise<Result<ControlAnswer>> =>
      change("POST", of(cluster, object, "control", code), properties, controlAnswerSchema, options),
  };
}

function pathOf(object: Described): readonly string[] {
  switch (object.kind) {
    case "cluster":
      return [];
    case "resource":
      return ["groups", object.group, "resources", object.name];
    default:
      return [`${object.kind}s`, object.name];
  }
}
