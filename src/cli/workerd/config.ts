import { z } from "zod";

/** What the build says of the packed Worker (`dist/worker/manifest.json`). */
export const manifestSchema = z.strictObject({
  main: z.string(),
  modules: z.array(z.string()).min(1),
  compatibilityDate: z.string(),
});
export type WorkerManifest = z.infer<typeof manifestSchema>;

export type WorkerdConfigOptions = {
  readonly manifest: WorkerManifest;
  /** Folder of the modules, and of the objects' data; both as seen from the configuration file. */
  readonly moduleFolder: string;
  readonly objectFolder: string;
  /** `host:port`; port 0 lets the kernel choose. */
  readonly listen: string;
  /** File names as seen from the configuration file, or null for plain HTTP. */
  readonly tls: { readonly certificateChain: string; readonly privateKey: string } | null;
  /** Networks that are not public and that webhooks may reach all the same, as CIDR. */
  readonly reachable: readonly string[];
};

export const socketName = "http";
export const adminTokenVariable = "BRIDGEHEAD_ADMIN_TOKEN";

/** The objects and the bindings by which the Worker reaches them, as in wrangler.toml. */
export const objectClasses = { CLUSTER: "ClusterObject", DIRECTORY: "DirectoryObject" } as const;

/** Names the folder of a class's data, and enters the ids of its objects: it never changes, or every cluster would be lost. */
export function uniqueKeyOf(className: string): string {
  return `bridgehead-${className}`;
}

/** The configuration of plain workerd. */
export function workerdConfig(options: WorkerdConfigOptions): string {
  const { manifest, moduleFolder, objectFolder, listen, reachable } = options;
  const modules = [manifest.main, ...manifest.modules.filter((name) => name !== manifest.main)];
  const classes = Object.values(objectClasses);
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "bridgehead", worker = .bridgehead),
    (name = "internet", network = (allow = [${["public", ...reachable].map(quoted).join(", ")}], tlsOptions = (trustBrowserCas = true))),
    (name = "objects", disk = (path = ${quoted(objectFolder)}, writable = true)),
  ],
  sockets = [(name = ${quoted(socketName)}, address = ${quoted(listen)}, ${protocol(options)}, service = "bridgehead")],
);

const bridgehead :Workerd.Worker = (
  modules = [
${modules.map((name) => `    ${moduleEntry(name, `${moduleFolder}/${name}`)},`).join("\n")}
  ],
  compatibilityDate = ${quoted(manifest.compatibilityDate)},
  bindings = [
${Object.entries(objectClasses)
  .map(([binding, name]) => `    (name = ${quoted(binding)}, durableObjectNamespace = ${quoted(name)}),`)
  .join("\n")}
    (name = ${quoted(adminTokenVariable)}, fromEnvironment = ${quoted(adminTokenVariable)}),
  ],
  durableObjectNamespaces = [
${classes
  .map((name) => `    (className = ${quoted(name)}, uniqueKey = ${quoted(uniqueKeyOf(name))}, enableSql = true),`)
  .join("\n")}
  ],
  durableObjectStorage = (localDisk = "objects"),
);
`;
}

function moduleEntry(name: string, file: string): string {
  const kind = name.endsWith(".sql") ? "text" : "esModule";
  return `(name = ${quoted(name)}, ${kind} = embed ${quoted(file)})`;
}

function protocol({ tls }: WorkerdConfigOptions): string {
  if (tls === null) return "http = ()";
  const keypair = `(privateKey = embed ${quoted(tls.privateKey)}, certificateChain = embed ${quoted(tls.certificateChain)})`;
  return `https = (options = (), tlsOptions = (keypair = ${keypair}))`;
}

/** A Cap'n Proto text literal. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
