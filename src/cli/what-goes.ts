import type { Defined } from "../protocol/changes.ts";

const kinds: Readonly<Record<string, string>> = {
  nodes: "node",
  networks: "network",
  resourceTypes: "resource type",
  groups: "group",
};

/** The objects that a change takes away, as people name them; what stands within one that goes is not named again. */
export function whatGoes(differences: Defined["differences"]): string[] {
  return differences
    .filter((difference) => !("after" in difference))
    .flatMap(({ path }) => {
      const [, collection = "", name, within, inner, ...deeper] = path.split("/").map(unescaped);
      const kind = kinds[collection];
      if (kind === undefined || name === undefined) return [];
      if (within === undefined) return [`${kind} ${name}`];
      const isResource = collection === "groups" && within === "resources" && inner !== undefined;
      return isResource && deeper.length === 0 ? [`resource ${inner} of group ${name}`] : [];
    });
}

/** RFC 6901, section 4. */
function unescaped(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
