import { isAbsolute } from "node:path";
import type { Command } from "commander";
import { controlStateFolder, controlUnit, controlUnitName } from "../control-unit.ts";
import { usageError } from "../errors.ts";
import { assertUser, putHostFiles, type PutOptions } from "../host-files.ts";
import { commandModule } from "../package-files.ts";
import { unitFolder } from "../systemd-text.ts";
import { examples } from "../verb.ts";
import { endpointText } from "../workerd/endpoint.ts";
import { assertHidden, type ServeOptions } from "../workerd/serve-options.ts";

type InstallOptions = ServeOptions & PutOptions & { readonly user: string };

export function registerServeInstall(noun: Command): void {
  noun
    .command("install")
    .description("what systemd needs to run the control plane on this host; prints it, or writes it")
    .option("--user <user>", "the user that it runs as", "bridgehead-control")
    .option("--write", "write the file, as root")
    .option("--root <folder>", "write it below this folder", "/")
    .action((_options: unknown, command: Command) => {
      if (command.parent?.getOptionValueSource("data") === "cli") {
        throw usageError(`The service keeps its data in ${controlStateFolder}, and takes no --data.`);
      }
      install(command.optsWithGlobals<InstallOptions>());
    })
    .addHelpText(
      "after",
      examples(
        "serve install --listen 0.0.0.0:8787 --tls-cert /etc/ssl/control.pem --tls-key /etc/ssl/private/control.key",
      ),
    );
}

function install(options: InstallOptions): void {
  const { user, listen, insecure, webhookNetwork } = options;
  assertUser(user);
  const tls = tlsOf(options);
  assertHidden(listen, tls, insecure === true);
  const { name, text } = controlUnit({
    user,
    command: [process.execPath, commandModule],
    listen: endpointText(listen),
    isPrivilegedPort: listen.port < 1_024,
    tls,
    insecure: insecure === true,
    webhookNetworks: webhookNetwork,
  });
  putHostFiles(
    options,
    [{ path: `${unitFolder}/${name}`, text, isTheirs: false }],
    [
      `useradd --system --no-create-home --user-group ${user}`,
      "systemctl daemon-reload",
      `systemctl enable --now ${controlUnitName.replace(/\.service$/, "")}`,
      `cat ${controlStateFolder}/admin.token    # the admin token, made at the first start`,
    ],
  );
}

/** systemd reads them, at each start, and knows no folder that this command runs in. */
function tlsOf({ tlsCert, tlsKey }: ServeOptions): { certificateFile: string; keyFile: string } | null {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined) throw usageError("--tls-cert and --tls-key go together");
  for (const file of [tlsCert, tlsKey]) {
    if (!isAbsolute(file) || /[\s:%"'\\]/.test(file))
      throw usageError(`${file} is no absolute path that a unit can name`);
  }
  return { certificateFile: tlsCert, keyFile: tlsKey };
}
