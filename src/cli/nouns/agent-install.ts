import type { Command } from "commander";
import { stringify } from "yaml";
import { defaultUrl, urlOf } from "../context.ts";
import { usageError } from "../errors.ts";
import { assertUser, type HostFile, putHostFiles } from "../host-files.ts";
import { commandModule } from "../package-files.ts";
import { assertPeerListen } from "../peer-listen.ts";
import { guardSocket, runtimeFolder, stateFolder, unitFiles } from "../systemd-units.ts";
import { unitFolder } from "../systemd-text.ts";
import { examples } from "../verb.ts";

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
  const { node, cluster = process.env["BRIDGEHEAD_CLUSTER"], user } = options;
  if (node === undefined || cluster === undefined) {
    throw usageError("Which node is this, and of which cluster? Give --node NODE and --cluster NAME.");
  }
  assertUser(user);
  const url = urlOf(options.url ?? process.env["BRIDGEHEAD_URL"] ?? defaultUrl);
  const { peerListen } = options;
  if (peerListen !== undefined) assertPeerListen(peerListen, "--peer-listen");
  const files = hostFiles({ node, cluster, url, user, peerListen, disks: options.disks === true });
  putHostFiles(options, files, steps(node, cluster, user));
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

function steps(node: string, cluster: string, user: string): string[] {
  return [
    `useradd --system --no-create-home --user-group ${user}`,
    `install -D -o ${user} -m 600 ${node}.token ${tokenFile}    # bridgehead token create --cluster ${cluster} --role node --node ${node} --file ${node}.token`,
    "systemctl daemon-reload",
    "systemctl enable --now bridgehead-guard bridgehead-agent",
    `bridgehead doctor --config ${configFile}    # what this host can do for them, and what it cannot`,
  ];
}
