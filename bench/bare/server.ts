import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { transform } from "esbuild";
import { freePort } from "../../test/support/ports.ts";
import type { Surroundings } from "../measure.ts";
import { startPeer } from "../peers/process.ts";

/** What it answers, as its source says. */
export type BarePath = "at-once" | "memory" | "row" | "two-calls" | "digests";

export type Bare = { readonly pid: number; readonly url: string };

/**
 * Starts the bare Worker on the same workerd, configured as the control plane's is; resolves when it answers.
 *
 * @param path what it will be asked; each that is started has objects of its own
 */
export async function startBare({ folder, later }: Surroundings, path: BarePath): Promise<Bare> {
  const home = join(folder, `bare-${path}`);
  mkdirSync(join(home, "data"), { recursive: true });
  const source = readFileSync(join(import.meta.dirname, "worker.ts"), "utf8");
  const { code } = await transform(source, { loader: "ts", format: "esm", target: "esnext" });
  writeFileSync(join(home, "worker.js"), code);
  const port = await freePort("127.0.0.1");
  writeFileSync(join(home, "workerd.capnp"), configOf(port));
  const url = `http://127.0.0.1:${port}`;
  // The package is CommonJS without types; what it exports as `default` is the path of its binary.
  const { default: workerd } = createRequire(import.meta.url)("workerd") as { readonly default: string };
  const bare = await startPeer({
    command: workerd,
    args: ["serve", "workerd.capnp"],
    cwd: home,
    isUp: async () => (await fetch(`${url}/${path}`)).ok,
  });
  later(bare.stop);
  return { pid: bare.pid, url };
}

function configOf(port: number): string {
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "bare", worker = .bare),
    (name = "objects", disk = (path = "data", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "bare")],
);

const bare :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "ROWS", durableObjectNamespace = "RowObject")],
  durableObjectNamespaces = [(className = "RowObject", uniqueKey = "bare-RowObject", enableSql = true)],
  durableObjectStorage = (localDisk = "objects"),
);
`;
}
