import type { Command } from "commander";
import { paintFor } from "../colour.ts";
import type { GlobalOptions } from "../context.ts";
import { examine } from "../doctor/doctor.ts";
import { configuredBy } from "../doctor/place.ts";
import { readerGiven } from "../doctor/reader.ts";
import { documentOf, reportLines } from "../doctor/report.ts";
import { exitCodes } from "../errors.ts";
import { outputWidth, print, write } from "../output.ts";
import { examples } from "../verb.ts";

/** What ends by itself after the last check has this long for it, in milliseconds. */
const lingeringMs = 300;

type DoctorOptions = GlobalOptions & { readonly config?: string; readonly data?: string };

export function register(noun: Command): void {
  noun
    .option("--config <file>", "the agent's configuration; without it the host alone is looked at")
    .option("--data <folder>", "the folder of bridgehead serve, where the control plane runs on this host")
    .action((_options: unknown, command: Command) => doctor(command.optsWithGlobals<DoctorOptions>()))
    .addHelpText(
      "after",
      "\nIt changes nothing. The definition is read with the token of --token-file, a\n" +
        "reader's; the agent's own is the one that its configuration names.",
    )
    .addHelpText("after", examples("doctor", "doctor --config /etc/bridgehead/agent.yaml --token-file reader.token"));
}

/** What failed is no error of the command, but a script must not go on: exit code 1. */
async function doctor({ output, config, data, url, cluster, tokenFile }: DoctorOptions): Promise<void> {
  const given = { ...(url === undefined ? {} : { url }), ...(cluster === undefined ? {} : { cluster }) };
  const findings = await examine(configuredBy(config, given), readerGiven(tokenFile), data ?? null);
  if (output === "json") print(output, findings.map(documentOf), []);
  else write(reportLines(findings, outputWidth(), paintFor(process.stdout)).join("\n"));
  if (findings.some(({ outcome }) => outcome.kind === "failed")) process.exitCode = exitCodes.failed;
  // A name that is still being resolved cannot be called off, and nobody waits for it any more.
  setTimeout(() => process.exit(), lingeringMs).unref();
}
