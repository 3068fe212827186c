/**
 * Control codes of clusapi.h (CLUSCTL_…), by name and by number. A number is made of the object in bits 24 to 31, the flag
 * for what changes something in bit 22, the function from bit 2 on, and the access in bits 0 and 1.
 */
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

type ControlFunction = { readonly n: number; readonly changes?: true };

const everything = Object.keys(controlObjects) as readonly ControlObject[];
const readAccess = 1;
const writeAccess = 2;

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
  SET_COMMON_PROPERTIES: { n: 23, of: everything, changes: true },
  VALIDATE_COMMON_PROPERTIES: { n: 24, of: everything },
  GET_COMMON_PROPERTY_FMTS: { n: 25, of: everything },
  GET_COMMON_RESOURCE_PROPERTY_FMTS: { n: 26, of: ["resource-type"] },
  ENUM_PRIVATE_PROPERTIES: { n: 30, of: everything },
  GET_RO_PRIVATE_PROPERTIES: { n: 31, of: everything },
  GET_PRIVATE_PROPERTIES: { n: 32, of: everything },
  SET_PRIVATE_PROPERTIES: { n: 33, of: everything, changes: true },
  VALIDATE_PRIVATE_PROPERTIES: { n: 34, of: everything },
  GET_PRIVATE_PROPERTY_FMTS: { n: 35, of: everything },
  GET_PRIVATE_RESOURCE_PROPERTY_FMTS: { n: 36, of: ["resource-type"] },
  GET_NETWORK_NAME: { n: 90, of: ["resource"] },
  QUERY_DELETE: { n: 110, of: ["resource"] },
} as const satisfies Record<string, ControlFunction & { readonly of: readonly ControlObject[] }>;
export type SupportedFunction = keyof typeof supportedFunctions;

/** Functions that clusapi.h has as well, and that have nothing to answer here: disks, checkpoints and parts of Windows. */
const unsupportedFunctions: Readonly<Record<string, ControlFunction>> = {
  GET_ARB_TIMEOUT: { n: 5 },
  GET_CLUSTER_SERVICE_ACCOUNT_NAME: { n: 16 },
  CHECK_VOTER_EVICT: { n: 17 },
  CHECK_VOTER_DOWN: { n: 18 },
  SHUTDOWN: { n: 19 },
  ADD_REGISTRY_CHECKPOINT: { n: 40, changes: true },
  DELETE_REGISTRY_CHECKPOINT: { n: 41, changes: true },
  GET_REGISTRY_CHECKPOINTS: { n: 42 },
  ADD_CRYPTO_CHECKPOINT: { n: 43, changes: true },
  DELETE_CRYPTO_CHECKPOINT: { n: 44, changes: true },
  GET_CRYPTO_CHECKPOINTS: { n: 45 },
  UPGRADE_DLL: { n: 46, changes: true },
  ADD_REGISTRY_CHECKPOINT_64BIT: { n: 47, changes: true },
  ADD_REGISTRY_CHECKPOINT_32BIT: { n: 48, changes: true },
  GET_LOADBAL_PROCESS_LIST: { n: 50 },
  NETNAME_GET_VIRTUAL_SERVER_TOKEN: { n: 91 },
  NETNAME_REGISTER_DNS_RECORDS: { n: 92 },
  STORAGE_GET_DISK_INFO: { n: 100 },
  STORAGE_GET_AVAILABLE_DISKS: { n: 101 },
  STORAGE_IS_PATH_VALID: { n: 102 },
  QUERY_MAINTENANCE_MODE: { n: 120 },
  SET_MAINTENANCE_MODE: { n: 121, changes: true },
};

export type ControlCode =
  | { readonly kind: "supported"; readonly function: SupportedFunction; readonly name: string; readonly number: number }
  /** It is a code of clusapi.h, and means nothing for this object here. */
  | { readonly kind: "unsupported"; readonly name: string; readonly number: number }
  | { readonly kind: "unknown" };

/** The number of a function of an object, as clusapi.h makes it. */
export function controlNumber(object: ControlObject, { n, changes }: ControlFunction): number {
  const modify = changes === true ? 0x40_0000 : 0;
  return controlObjects[object].bits * 0x100_0000 + modify + n * 4 + (changes === true ? writeAccess : readAccess);
}

/**
 * Reads a code: its whole name, its name without what every code of the object begins with, or its number, decimal or
 * hexadecimal.
 */
export function readControlCode(object: ControlObject, text: string): ControlCode {
  const prefix = `CLUSCTL_${controlObjects[object].name}_`;
  const functions: readonly [string, ControlFunction][] = [
    ...Object.entries(supportedFunctions),
    ...Object.entries(unsupportedFunctions),
  ];
  const wanted = /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : text.toUpperCase().replace(prefix, "");
  const found = functions.find(([name, of]) => wanted === name || wanted === controlNumber(object, of));
  if (found === undefined) return { kind: "unknown" };
  const [name, of] = found;
  const code = { name: prefix + name, number: controlNumber(object, of) };
  return isSupported(name) && supportedBy(name).includes(object)
    ? { kind: "supported", function: name, ...code }
    : { kind: "unsupported", ...code };
}

export function changesSomething(name: SupportedFunction): boolean {
  return "changes" in supportedFunctions[name];
}

function supportedBy(name: SupportedFunction): readonly ControlObject[] {
  return supportedFunctions[name].of;
}

function isSupported(name: string): name is SupportedFunction {
  return Object.hasOwn(supportedFunctions, name);
}
