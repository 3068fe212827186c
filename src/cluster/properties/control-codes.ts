import { functionsElsewhere } from "./control-codes-elsewhere.ts";

/** Control codes of clusapi.h (CLUSCTL_…), by name and by number. */
export const controlObjects = {
  resource: { bits: 1, name: "RESOURCE" },
  "resource-type": { bits: 2, name: "RESOURCE_TYPE" },
  group: { bits: 3, name: "GROUP" },
  node: { bits: 4, name: "NODE" },
  network: { bits: 5, name: "NETWORK" },
  "net-interface": { bits: 6, name: "NETINTERFACE" },
  cluster: { bits: 7, name: "CLUSTER" },
} as const;
export type ControlObject = keyof typeof controlObjects;

/** CLCTL_EXTERNAL_CODE and CLCTL_INTERNAL_CODE: a function's number, and the flags that stand beside it. */
export type ControlFunction = {
  readonly n: number;
  /** CLUS_ACCESS_WRITE instead of CLUS_ACCESS_READ. */
  readonly writes?: true;
  /** CLUS_MODIFY: it changes what the cluster's database holds. */
  readonly modifies?: true;
  /** Said by the cluster service to a resource DLL. */
  readonly internal?: true;
  readonly global?: true;
};

const everything = Object.keys(controlObjects) as readonly ControlObject[];
const sets = { writes: true, modifies: true } as const;

/** What is answered here, and for which objects. */
export const supportedFunctions = {
  GET_CHARACTERISTICS: { n: 1, of: everything },
  GET_FLAGS: { n: 2, of: everything },
  GET_CLASS_INFO: { n: 3, of: ["resource", "resource-type"] },
  GET_REQUIRED_DEPENDENCIES: { n: 4, of: ["resource", "resource-type"] },
  GET_NAME: { n: 10, of: ["resource", "group", "node", "network", "net-interface"] },
  GET_RESOURCE_TYPE: { n: 11, of: ["resource"] },
  GET_NODE: { n: 12, of: ["net-interface"] },
  GET_NETWORK: { n: 13, of: ["net-interface"] },
  GET_ID: { n: 14, of: ["resource", "group", "node", "network", "net-interface"] },
  GET_FQDN: { n: 15, of: ["cluster"] },
  ENUM_COMMON_PROPERTIES: { n: 20, of: everything },
  GET_RO_COMMON_PROPERTIES: { n: 21, of: everything },
  GET_COMMON_PROPERTIES: { n: 22, of: everything },
  SET_COMMON_PROPERTIES: { n: 23, of: everything, ...sets },
  VALIDATE_COMMON_PROPERTIES: { n: 24, of: everything },
  GET_COMMON_PROPERTY_FMTS: { n: 25, of: everything },
  GET_COMMON_RESOURCE_PROPERTY_FMTS: { n: 26, of: ["resource-type"] },
  ENUM_PRIVATE_PROPERTIES: { n: 30, of: everything },
  GET_RO_PRIVATE_PROPERTIES: { n: 31, of: everything },
  GET_PRIVATE_PROPERTIES: { n: 32, of: everything },
  SET_PRIVATE_PROPERTIES: { n: 33, of: everything, ...sets },
  VALIDATE_PRIVATE_PROPERTIES: { n: 34, of: everything },
  GET_PRIVATE_PROPERTY_FMTS: { n: 35, of: everything },
  GET_PRIVATE_RESOURCE_PROPERTY_FMTS: { n: 36, of: ["resource-type"] },
  GET_NETWORK_NAME: { n: 90, of: ["resource"] },
  QUERY_DELETE: { n: 110, of: ["resource"] },
  QUERY_MAINTENANCE_MODE: { n: 120, of: ["resource"] },
} as const satisfies Record<string, ControlFunction & { readonly of: readonly ControlObject[] }>;
export type SupportedFunction = keyof typeof supportedFunctions;

export type ControlCode =
  | { readonly kind: "supported"; readonly function: SupportedFunction; readonly name: string; readonly number: number }
  /** It is a code of clusapi.h, and is not answered for this object. `why`: a sentence, without its end. */
  | { readonly kind: "unsupported"; readonly name: string; readonly number: number; readonly why: string }
  | { readonly kind: "unknown" };

/**
 * The number of a function of an object, as the macros of clusapi.h make it: the access in bits 0 and 1 (read 1, write 2), the
 * function from bit 2 on, flags in bits 20 (internal), 22 (modify) and 23 (global), the object from bit 24 on.
 */
export function controlNumber(
  object: ControlObject,
  { n, writes, modifies, internal, global }: ControlFunction,
): number {
  const flags = (internal === true ? 1 << 20 : 0) | (modifies === true ? 1 << 22 : 0) | (global === true ? 1 << 23 : 0);
  return (controlObjects[object].bits << 24) | flags | (n << 2) | (writes === true ? 2 : 1);
}

/**
 * Reads a code: its whole name, its name without what every code of the object begins with, or its number, decimal or
 * hexadecimal.
 */
export function readControlCode(object: ControlObject, text: string): ControlCode {
  const prefix = `CLUSCTL_${controlObjects[object].name}_`;
  const name = text.toUpperCase();
  const bare = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  const number = /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : null;
  const isMeant = ([of, code]: readonly [string, ControlFunction]): boolean =>
    number === null ? of === bare : controlNumber(object, code) === number;
  const known = Object.entries<ControlFunction>(supportedFunctions).find(isMeant);
  if (known !== undefined && isSupported(known[0])) {
    const code = { name: prefix + known[0], number: controlNumber(object, known[1]) };
    return supportedBy(known[0]).includes(object)
      ? { kind: "supported", function: known[0], ...code }
      : { kind: "unsupported", ...code, why: "an object of this kind has nothing of the sort" };
  }
  const elsewhere = Object.entries(functionsElsewhere).find(isMeant);
  if (elsewhere === undefined) return { kind: "unknown" };
  const [of, code] = elsewhere;
  return { kind: "unsupported", name: prefix + of, number: controlNumber(object, code), why: code.why };
}

/** Whether it takes somebody who may change the cluster. */
export function changesSomething(name: SupportedFunction): boolean {
  const code: ControlFunction = supportedFunctions[name];
  return code.modifies === true;
}

function supportedBy(name: SupportedFunction): readonly ControlObject[] {
  return supportedFunctions[name].of;
}

function isSupported(name: string): name is SupportedFunction {
  return Object.hasOwn(supportedFunctions, name);
}
