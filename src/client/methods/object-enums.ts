import type { EnumeratedKind } from "../../cluster/questions/object-enums.ts";
import { type ObjectEnum, objectEnumSchema } from "../../protocol/objects.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** An object that has parts or neighbours to enumerate. */
export type EnumeratedOf =
  | { readonly kind: Exclude<EnumeratedKind, "resource">; readonly name: string }
  | { readonly kind: "resource"; readonly group: string; readonly name: string };

/** The names of what belongs to one object. */
export function objectEnumMethods({ at, get }: Transport) {
  return {
    /** @param types such as `CONTAINS`, `NODES`; all that the object has unless it is said */
    enumerateObject: (
      cluster: string,
      of: EnumeratedOf,
      types: readonly string[] = [],
    ): Promise<Result<ObjectEnum>> => {
      const parts = of.kind === "resource" ? ["groups", of.group, "resources", of.name] : [`${of.kind}s`, of.name];
      const query = types.length === 0 ? "" : `?${new URLSearchParams({ types: types.join(",") })}`;
      return get(`${at(cluster, ...parts, "enum")}${query}`, objectEnumSchema);
    },
  };
}
