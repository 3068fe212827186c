import { accessSync, constants } from "node:fs";
import { type Command, Option } from "commander";
import { CliError, exitCodes, messageOf } from "../errors.ts";
import { untilSignal } from "../local/signals.ts";
import { write } from "../output.ts";
import { examples } from "../verb.ts";
import { parseEndpoint, parseNetwork } from "../workerd/endpoint.ts";
import { startControlPlane } from "../workerd/process.ts";
import { assertHidden, type ServeOptions } from "../workerd/serve-options.ts";
import { registerServeInstall } from "./serve-install.ts";

export function register(noun: Command): void {
  noun
    .addOption(
      new Option("--listen <host:port>", "where to listen")
        .argParser(parseEndpoint)
        .default({ host: "127.0.0.1", port: 8787 }, "127.0.0.1:8787"),
    )
    .option("--data <folder>", "folder for the data, the logs and the admin token", ".bridgehead")
    .option("--tls-cert <file>", "certificate chain, PEM")
    .option("--tls-key <file>", "private key, PEM")
    .option("--insecure", "plain HTTP beyond this machine: tokens can be read on the way")
    .addOption(
      new Option("--webhook-network <cidr>", "private network that webhooks may reach; repeatable")
        .argParser(collectNetworks)
        .default([], "none"),
    )
    .action(serve)
    .addHelpText("after", examples("serve --listen 0.0.0.0:8787 --tls-cert cert.pem --tls-key key.pem"));
  registerServeInstall(noun);
}

function collectNetworks(text: string, before: readonly string[]): string[] {
  return [...before, parseNetwork(text)];
}

async function serve(options: ServeOptions): Promise<void> {
  const tls = tlsOf(options);
  const { host, port } = options.listen;
  assertHidden(options.listen, tls, options.insecure === true);
  const signal = untilSignal();
  const controlPlane = await startControlPlane({
    folder: options.data,
    host,
    port,
    tls,
    webhookNetworks: options.webhookNetwork,
  });
  write(`The control plane answers at ${controlPlane.url}`);
  write(`  admin token   ${controlPlane.adminTokenFile ?? "from BRIDGEHEAD_ADMIN_TOKEN"}`);
  write(`  log           ${controlPlane.logFile}`);
  for (const warning of controlPlane.warnings) write(`  warning       ${warning}`);
  write("If a node runs on this machine too, its failure takes the control plane with it.");
  write("Ctrl-C ends it.");
  const end = await Promise.race([signal.then(() => null), controlPlane.ended]);
  if (end !== null)
    throw new CliError("control-plane-ended", `The control plane is gone: ${end}; see ${controlPlane.logFile}`);
  await controlPlane.stop();
}

function tlsOf({ tlsCert, tlsKey }: ServeOptions): { certificateFile: string; keyFile: string } | null {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new CliError("usage", "--tls-cert and --tls-key go together", exitCodes.usage);
  }
  for (const file of [tlsCert, tlsKey]) {
    try {
      accessSync(file, constants.R_OK);
    } catch (error) {
      throw new CliError("tls-unreadable", `${file} cannot be read: ${messageOf(error)}`);
    }
  }
  return { certificateFile: tlsCert, keyFile: tlsKey };
}
