/** What `cloudflare:workers` gives to the tests. */
declare namespace Cloudflare {
  interface Env {
    readonly CLUSTER: DurableObjectNamespace<import("../../src/worker.ts").ClusterObject>;
    readonly DIRECTORY: DurableObjectNamespace<import("../../src/worker.ts").DirectoryObject>;
    readonly BRIDGEHEAD_ADMIN_TOKEN: string;
  }
  interface GlobalProps {
    mainModule: typeof import("../../src/worker.ts");
  }
}

/** Vite's, as far as the tests use it: the texts of all files that fit a pattern. */
interface ImportMeta {
  glob(pattern: string, options: { query: "?raw"; import: "default"; eager: true }): Record<string, string>;
}
