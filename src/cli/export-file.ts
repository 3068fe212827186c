import { isMap, isScalar, isSeq, type Node, Document, visit } from "yaml";

/** Where a level of the definition is worth a line for each of its entries; below, one line holds it all. */
const blocks = new Set(["networks", "nodes", "resourceTypes", "groups"]);

/**
 * A definition as YAML, laid out as people write it: groups and resources a line each, and what belongs to one of them
 * behind it. Applied again, it changes nothing.
 */
export function definitionYaml(definition: unknown): string {
  const document = new Document(definition);
  visit(document, {
    Collection: (_key, node, path) => {
      const keys = keysOf([...path, node]);
      node.flow = !isBlock(keys, node);
    },
  });
  return withoutPadding(document.toString({ lineWidth: 120, flowCollectionPadding: true }));
}

/** The library pads `{ a: 1 }` and `[ a ]` alike; people pad the former. What stands in quotes is nobody's padding. */
function withoutPadding(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|\[ | \]/g, (token) =>
    token === "[ " ? "[" : token === " ]" ? "]" : token,
  );
}

function isBlock(keys: readonly string[], node: Node): boolean {
  if (isSeq(node) || !isMap(node) || node.items.length === 0) return false;
  const [part, , inGroup] = keys;
  if (part === undefined) return true;
  if (!blocks.has(part)) return false;
  if (keys.length === 1) return true;
  if (part !== "groups") return false;
  return keys.length === 2 || (inGroup === "resources" && keys.length <= 4);
}

/** The keys on the way to a node. */
function keysOf(path: readonly unknown[]): string[] {
  return path.flatMap((step) => {
    if (typeof step !== "object" || step === null || !("key" in step)) return [];
    return isScalar(step.key) ? [String(step.key.value)] : [];
  });
}
