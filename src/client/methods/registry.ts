import {
  type RegistryBatchInput,
  type RegistryDataInput,
  type RegistryKeyView,
  registryKeyViewSchema,
  type RegistryRead,
  type RegistryReplies,
  registryRepliesSchema,
  type RegistryValue,
  registryValueSchema,
  type RegistryWritten,
  registryWrittenSchema,
} from "../../protocol/registry.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** What a change expects of what it changes: the revision that was read, or null for what must not be there yet. */
export type Expected = { readonly revision?: number | null };

/** The cluster registry. Keys are paths of names separated by `/`, the root is the empty one. */
export function registryMethods({ at, get, post, request }: Transport) {
  const where = (cluster: string, what: "key" | "value", query: Readonly<Record<string, string>>) =>
    `${at(cluster, "registry", what)}?${new URLSearchParams(query)}`;
  const write = (method: string, path: string, body: unknown, expected: Expected): Promise<Result<RegistryWritten>> =>
    request(method, path, body, registryWrittenSchema, { headers: headersOf(expected) });
  return {
    registryKey: (cluster: string, key: string): Promise<Result<RegistryKeyView>> =>
      get(where(cluster, "key", { key }), registryKeyViewSchema),
    createRegistryKey: (cluster: string, key: string, expected: Expected = {}): Promise<Result<RegistryWritten>> =>
      write("PUT", where(cluster, "key", { key }), undefined, expected),
    deleteRegistryKey: (
      cluster: string,
      key: string,
      options: Expected & { readonly recursive?: boolean } = {},
    ): Promise<Result<RegistryWritten>> =>
      write(
        "DELETE",
        where(cluster, "key", { key, recursive: String(options.recursive === true) }),
        undefined,
        options,
      ),
    registryValue: (cluster: string, key: string, name: string): Promise<Result<RegistryValue>> =>
      get(where(cluster, "value", { key, name }), registryValueSchema),
    setRegistryValue: (
      cluster: string,
      key: string,
      name: string,
      data: RegistryDataInput,
      expected: Expected = {},
    ): Promise<Result<RegistryWritten>> => write("PUT", where(cluster, "value", { key, name }), data, expected),
    deleteRegistryValue: (
      cluster: string,
      key: string,
      name: string,
      expected: Expected = {},
    ): Promise<Result<RegistryWritten>> => write("DELETE", where(cluster, "value", { key, name }), undefined, expected),
    /** All commands if all conditions hold, or nothing. */
    writeRegistryBatch: (cluster: string, batch: RegistryBatchInput): Promise<Result<RegistryWritten>> =>
      post(at(cluster, "registry-batch"), batch, registryWrittenSchema),
    readRegistryBatch: (cluster: string, reads: readonly RegistryRead[]): Promise<Result<RegistryReplies>> =>
      post(at(cluster, "registry-read-batch"), { reads }, registryRepliesSchema),
  };
}

function headersOf({ revision }: Expected): Record<string, string> {
  if (revision === undefined) return {};
  return revision === null ? { "If-None-Match": "*" } : { "If-Match": `"${revision}"` };
}
