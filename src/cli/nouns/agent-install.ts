import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { stringify } from "yaml";
import { assertPeerListen } from "../peer-listen.ts";
import { defaultUrl, urlOf } from "../context.ts";
import { CliError, messageOf, usageError } from "../errors.ts";
import { print, write } from "../output.ts";
import { commandModule } from "../package-files.ts";
import { guardSocket, runtimeFolder, stateFolder, unitFiles } from "../systemd-units.ts";
import { examples } from "../verb.ts";

const unitFolder = "/etc/systemd/system";
const configFolder = "/etc/bridgehead";
const configFile = `${configFolder}/agent.yaml`;
const tokenFile = `${configFolder}/node.token`;

type InstallOptions = {
  readonly node?: string;
  readonly cluster?: string;
  readonly url?: string;
  readonly peerListen?: string;
  readonly user: string;
  readonly disks?: true;
  readonly write?: true;
  readonly root: string;
  readonly output: "table" | "json";
};

type HostFile = {
  readonly path: string;
  readonly text: string;
  /** Somebody may have written into it: it stays as it is when it is there. */
  readonly isTheirs: boolean;
};

export function registerInstall(noun: Command): void {
  noun
    .command("install")
    .description("what systemd needs to run agent and guard on this host; prints it, or writes it")
    .option(
      "--user <user>",
      "the user that they run as, and the group that may ask at the agent's socket",
      "bridgehead",
    )
    .option(
      "--disks",
      "let the agent mount disks for this host (Physical Disk with a Device), which is as good as root, for every program too that a resource starts",
    )
    .option("--write", "write the files, as root")
    .option("--root <folder>", "write them below this folder", "/")
    .action((_options: unknown, command: Command) => install(command.optsWithGlobals<InstallOptions>()))
    .addHelpText("after", examples("agent install --cluster exchange --node NODE1 --url https://cluster.example.org"));
}

function install(options: InstallOptions): void {
  const { node, cluster = process.env["BRIDGEHEAD_CLUSTER"], user, output, root } = options;
  if (node === undefined || cluster === undefined) {
    throw usageError("Which node is this, and of which cluster? Give --node NODE and --cluster NAME.");
  }
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) throw usageError(`${user} is no name of a user`);
  const url = urlOf(options.url ?? process.env["BRIDGEHEAD_URL"] ?? defaultUrl);
  const { peerListen } = options;
  if (peerListen !== undefined) assertPeerListen(peerListen, "--peer-listen");
  const files = hostFiles({ node, cluster, url, user, peerListen, disks: options.disks === true });
  const written = options.write === true ? files.map((file) => put(root, file)) : [];
  if (output === "json") return print(output, { files: files.map(({ path, text }) => ({ path, text })), written }, []);
  if (options.write === true) write(written.join("\n"));
  else write(files.map(({ path, text }) => `# ${path}\n${text}`).join("\n"));
  write(
    `${options.write === true ? "\n" : ""}Then, as root:\n${steps(node, cluster, user)
      .map((step) => `  ${step}`)
      .join("\n")}`,
  );
}

function hostFiles({
  node,
  cluster,
  url,
  user,
  peerListen,
  disks,
}: Readonly<Record<"node" | "cluster" | "url" | "user", string>> & {
  readonly peerListen: string | undefined;
  readonly disks: boolean;
}): HostFile[] {
  const units = unitFiles({ user, command: [process.execPath, commandModule], config: configFile, disks });
  const config = {
    node,
    cluster,
    url,
    tokenFile,
    state: stateFolder,
    socket: `${runtimeFolder}/agent.sock`,
    socketmap: `${runtimeFolder}/socketmap.sock`,
    guardSocket,
    ...(peerListen === undefined ? {} : { peerListen }),
    log: "json",
  };
  return [
    ...units.map(({ name, text }) => ({ path: `${unitFolder}/${name}`, text, isTheirs: false })),
    { path: configFile, text: stringify(config), isTheirs: true },
  ];
}

/** Says what it did with a file. Throws `CliError`. */
function put(root: string, { path, text, isTheirs }: HostFile): string {
  const file = join(root, path);
  try {
    const before = existsSync(file) ? readFileSync(file, "utf8") : null;
    if (before === text) return `${path}: is so already`;
    if (before !== null && isTheirs) return `${path}: is there, and stays as it is`;
    mkdirSync(dirname(file), { recursive: true });
    // Whatever the umask is: who sees no configuration takes the host for none of a cluster.
    if (isTheirs) chmodSync(dirname(file), 0o755);
    writeFileSync(file, text);
    chmodSync(file, 0o644);
    return `${path}: written`;
  } catch (error) {
    throw new CliError("file-unwritable", `${path} cannot be written`, undefined, { detail: messageOf(error) });
  }
}

function steps(node: string, cluster: string, user: string): string[] {
  return [
    `useradd --system --no-create-home --user-group ${user}`,
    `install -D -o ${user} -m 600 ${node}.token ${tokenFile}    # bridgehead token create --cluster ${cluster} --role node --node ${node} --file ${node}.token`,
    "systemctl daemon-reload",
    "systemctl enable --now bridgehead-guard bridgehead-agent",
    `bridgehead doctor --config ${configFile}    # what this host can do for them, and what it cannot`,
  ];
}
