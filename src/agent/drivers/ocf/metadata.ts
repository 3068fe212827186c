import { DOMParser, type Element, ParseError } from "@xmldom/xmldom";

/** What a resource agent says of itself (`meta-data` of the OCF Resource Agent API, ra-api-1.dtd), for people. */
export type OcfMetadata = {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly OcfParameter[];
  readonly actions: readonly OcfActionAdvice[];
};

export type OcfParameter = {
  readonly name: string;
  readonly required: boolean;
  /** `string`, `integer`, `boolean`, `second`, …: as the agent calls it. */
  readonly type: string;
  readonly default: string | null;
  readonly summary: string;
};

/** What it advises for an action: times as it writes them (`20s`), and for `monitor` a depth (OCF_CHECK_LEVEL). */
export type OcfActionAdvice = {
  readonly name: string;
  readonly timeout: string | null;
  readonly interval: string | null;
  readonly depth: string | null;
};

/** Null when it is none. */
export function parseMetadata(text: string): OcfMetadata | null {
  const root = rootOf(text);
  if (root?.tagName !== "resource-agent") return null;
  return {
    name: root.getAttribute("name") ?? "",
    version: root.getAttribute("version") || childText(root, "version"),
    summary: childText(root, "shortdesc"),
    description: childText(root, "longdesc"),
    parameters: [...root.getElementsByTagName("parameter")].map(parameterOf),
    actions: [...root.getElementsByTagName("action")].map((action) => ({
      name: action.getAttribute("name") ?? "",
      timeout: action.getAttribute("timeout"),
      interval: action.getAttribute("interval"),
      depth: action.getAttribute("depth"),
    })),
  };
}

function parameterOf(parameter: Element): OcfParameter {
  const [content] = parameter.getElementsByTagName("content");
  return {
    name: parameter.getAttribute("name") ?? "",
    required: parameter.getAttribute("required") === "1",
    type: content?.getAttribute("type") ?? "string",
    default: content?.getAttribute("default") || null,
    summary: childText(parameter, "shortdesc"),
  };
}

function rootOf(text: string): Element | null {
  try {
    // What an agent writes before its document is of its shell.
    const start = text.indexOf("<?xml");
    const parser = new DOMParser({ onError: () => {} });
    return parser.parseFromString(start > 0 ? text.slice(start) : text, "text/xml").documentElement;
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}

/** The text of the first child of that name, its white space as one. */
function childText(parent: Element, name: string): string {
  const child = [...parent.childNodes].find((node) => node.nodeName === name);
  return (child?.textContent ?? "").replaceAll(/\s+/g, " ").trim();
}
