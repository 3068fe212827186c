import type { Command } from "commander";
import { askForMetadata, installedAgents } from "../../agent/drivers/ocf/installed.ts";
import type { OcfMetadata } from "../../agent/drivers/ocf/metadata.ts";
import { ocfFolder } from "../../agent/drivers/ocf/words.ts";
import { CliError } from "../errors.ts";
import { nearestTo } from "../nearest.ts";
import { type OutputFormat, print, sheetText, table, write } from "../output.ts";
import { examples } from "../verb.ts";

export function registerOcf(noun: Command): void {
  noun
    .command("ocf [agent]")
    .description("the OCF resource agents of this host, or what one of them says of itself")
    .action((agent: string | undefined, _options: unknown, command: Command) =>
      ocf(agent, command.optsWithGlobals<{ output: OutputFormat }>().output),
    )
    .addHelpText("after", examples("agent ocf", "agent ocf ocf:heartbeat:Filesystem"));
}

async function ocf(agent: string | undefined, output: OutputFormat): Promise<void> {
  const installed = await installedAgents();
  if (agent === undefined) {
    return print(
      output,
      { agents: installed },
      installed.map((name) => ({ agent: name })),
    );
  }
  const asked = await askForMetadata(agent);
  if (!asked.ok) throw notTold(agent, asked.code, asked.why, installed);
  if (output === "json") return print(output, { agent, ...asked.metadata }, []);
  write(textOf(agent, asked.metadata));
}

function notTold(agent: string, code: string, why: string, installed: readonly string[]): CliError {
  if (code === "no-metadata") return new CliError(code, `${agent} does not say what it is`, 1, { detail: why });
  const near = nearestTo(agent, installed);
  const hint =
    installed.length === 0
      ? `There is none in ${ocfFolder()}. On Debian they come with: apt install resource-agents`
      : near === null
        ? "Which there are is said by: bridgehead agent ocf"
        : `Did you mean ${near}?`;
  return new CliError(code, `${agent} is not installed on this host`, 1, { detail: why, hint });
}

/** What must be set comes first. */
function textOf(agent: string, { version, summary, description, parameters, actions }: OcfMetadata): string {
  const required = parameters.filter((parameter) => parameter.required);
  const others = parameters.filter((parameter) => !parameter.required);
  const rows = [...required, ...others].map((parameter) => ({
    parameter: parameter.name,
    required: parameter.required ? "yes" : "",
    type: parameter.type,
    default: parameter.default,
    meaning: parameter.summary,
  }));
  const width = process.stdout.columns || 80;
  return [
    sheetText({ agent, version, summary, description }),
    table(rows, width),
    table(
      actions.map(({ name, timeout, interval, depth }) => ({ action: name, timeout, interval, depth })),
      width,
    ),
  ].join("\n\n");
}
