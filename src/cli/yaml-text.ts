import { type CollectionTag, Document, isMap, isSeq, type YAMLMap, YAMLSeq } from "yaml";

/** One value on one line: `{ Address: 127.0.1.100, Network: client }`, `[NODE1, NODE2]`. */
export function inlineYaml(value: unknown): string {
  const document = documentOf(value);
  if (isMap(document.contents) || isSeq(document.contents)) document.contents.flow = true;
  return document.toString({ lineWidth: 0 }).trimEnd();
}

/** A file may be wider than a terminal. */
const fileWidth = 100;

/**
 * A definition, or a part of one, as people write it: collections are blocks, and what they are made of (lists, properties, a
 * node, a network) stands on one line where it fits. Quotes only where YAML needs them.
 */
export function definitionYaml(definition: unknown, width = fileWidth): string {
  const document = documentOf(definition);
  if (isMap(document.contents)) layOut(document.contents, [], width);
  return document.toString({ lineWidth: 0 });
}

/** Names of what is always laid out over lines; within them, so is each of the things that they name. */
const blocks: ReadonlySet<string> = new Set(["groups", "resources"]);
const listings: ReadonlySet<string> = new Set(["networks", "nodes", "resourceTypes"]);
const indentWidth = 2;

function layOut(map: YAMLMap, path: readonly string[], width: number): void {
  for (const { key, value } of map.items) {
    const name = String(key);
    if (!isMap(value) && !isSeq(value)) continue;
    const above = path.at(-1) ?? "";
    const before = path.length * indentWidth + name.length + ": ".length;
    const isBlock = blocks.has(name) || blocks.has(above) || (path.length === 0 && listings.has(name));
    if (!isBlock && before + inlineYaml(value.toJSON()).length <= width) value.flow = true;
    else if (isMap(value)) layOut(value, [...path, name], width);
  }
}

function documentOf(value: unknown): Document {
  return new Document(value, null, { customTags: (tags) => [lists, ...tags], aliasDuplicateObjects: false });
}

/** Blanks inside of braces and none inside of brackets, as examples have it; the library has one setting for both. */
class TightList extends YAMLSeq {
  override toString(
    context?: Parameters<YAMLSeq["toString"]>[0],
    onComment?: () => void,
    onChompKeep?: () => void,
  ): string {
    const tight = context === undefined ? context : { ...context, flowCollectionPadding: "" };
    return super.toString(tight, onComment, onChompKeep);
  }
}

const lists: CollectionTag = {
  tag: "tag:yaml.org,2002:seq",
  collection: "seq",
  default: true,
  nodeClass: TightList,
  identify: Array.isArray,
};
