import type { Conformance } from "./row.ts";

const word = { type: "REG_SZ", value: "word" };

export const registry: Conformance = {
  rows: {
    getRegistryKey: {
      success: [{ status: 200 }, { query: { key: "Groups/Exchange" }, as: "node", status: 200 }],
      refusal: { query: { key: "Nothing" }, code: "registry-key-not-found" },
      badInput: { query: { key: "/" }, code: "invalid-request" },
    },
    createRegistryKey: {
      success: [
        { query: { key: "App/Settings" }, status: 201 },
        { query: { key: "App/Settings" }, status: 200 },
      ],
      refusal: { query: { key: "Groups/Nothing" }, code: "registry-key-reserved" },
      badInput: { query: { key: "a//b" }, code: "invalid-request" },
    },
    setRegistryValue: {
      success: { query: { key: "App/Settings", name: "colour" }, body: word, status: 200 },
      refusal: { query: { key: "Nothing", name: "colour" }, body: word, code: "registry-key-not-found" },
      badInput: [
        { query: { key: "App", name: "colour" }, body: { type: "REG_DWORD", value: -1 }, code: "invalid-request" },
        { query: { key: "App", name: "colour" }, body: "{", code: "not-json" },
      ],
    },
    getRegistryValue: {
      success: async ({ ask, cluster }) => {
        const at = `/clusters/${cluster}/registry`;
        await ask("PUT", `${at}/key?key=App`);
        await ask("PUT", `${at}/value?key=App&name=colour`, { body: word });
        return { query: { key: "App", name: "colour" }, as: "reader", status: 200 };
      },
      refusal: { query: { key: "Groups/Exchange", name: "colour" }, code: "registry-value-not-found" },
      badInput: { query: { key: "a//b", name: "colour" }, code: "invalid-request" },
    },
    deleteRegistryValue: {
      success: { query: { key: "App", name: "colour" }, status: 200 },
      refusal: { query: { key: "Groups/Exchange", name: "colour" }, code: "registry-value-not-found" },
      badInput: { query: { key: "a//b", name: "colour" }, code: "invalid-request" },
    },
    deleteRegistryKey: {
      success: async ({ ask, cluster }) => {
        await ask("PUT", `/clusters/${cluster}/registry/key?key=Gone/Soon`);
        return { query: { key: "Gone", recursive: "true" }, status: 200 };
      },
      refusal: [
        { query: { key: "Nothing" }, code: "registry-key-not-found" },
        { query: { key: "Groups/Exchange" }, code: "registry-key-reserved" },
      ],
      badInput: { query: { key: "a//b" }, code: "invalid-request" },
    },
    writeRegistryBatch: {
      success: { body: { conditions: [], commands: [{ command: "create-key", key: "Batch" }] }, status: 200 },
      refusal: {
        body: { conditions: [{ condition: "key-exists", key: "Nothing" }], commands: [] },
        code: "registry-condition-failed",
      },
      badInput: [
        { body: { commands: [{ command: "dance" }] }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    readRegistryBatch: {
      success: { body: { reads: [{ key: "Groups/Exchange" }] }, status: 200 },
      refusal: { params: { cluster: "nothing" }, body: { reads: [{ key: "Groups" }] }, code: "cluster-not-found" },
      badInput: [
        { body: {}, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
  },
};
