import type { Command, Option } from "commander";
import { wholeProgram } from "../../src/cli/program.ts";
import { code, pageOf, plain, sentence, tableOf } from "./markdown.ts";
import { madeFrom, type MadePage } from "./page.ts";

const head = `# The command

${madeFrom("the command's own tree")}

\`npx bridgehead NOUN VERB\` in the project's folder, or \`bridgehead NOUN VERB\` where it is installed. Each noun and verb has a \`--help\`. Exit codes: 0 done, 1 refused or
failed, 2 wrong usage, 3 the control plane cannot be reached.`;

export async function cliPage(): Promise<MadePage> {
  const program = await wholeProgram();
  const nouns = program.commands.filter((noun) => !noun.name().startsWith("__"));
  const text = pageOf([
    head,
    "Every command takes these:",
    optionsTable(program.options.filter(({ long }) => long !== "--version")),
    ...nouns.flatMap((noun) => [
      `## ${noun.name()}`,
      sentence(noun.description()),
      // Some nouns do something by themselves, and have verbs beside.
      ...(noun.commands.length === 0 || noun.options.length > 0 ? bodyOf(noun) : []),
      ...noun.commands.flatMap((verb) => [
        `### ${noun.name()} ${verb.name()}`,
        sentence(verb.description()),
        ...bodyOf(verb),
      ]),
    ]),
  ]);
  return { path: "docs/reference/cli.md", text, faults: [] };
}

function bodyOf(command: Command): string[] {
  const lines = examplesOf(command).map((example) => `\`${example}\``);
  return [
    `\`${usageOf(command)}\``,
    command.options.length === 0 ? "" : optionsTable(command.options),
    lines.length === 0 ? "" : `Example: ${lines.join(", ")}`,
  ];
}

function usageOf(command: Command): string {
  const words: string[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) words.unshift(at.name());
  const args = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [...words, ...args, ...(command.options.length === 0 ? [] : ["[options]"])].join(" ");
}

function optionsTable(options: readonly Option[]): string {
  const rows = options
    .filter(({ hidden }) => !hidden)
    .map((option) => [code(option.flags), `${sentence(option.description)}${choicesOf(option)}${defaultOf(option)}`]);
  return tableOf(["option", ""], rows);
}

function choicesOf({ argChoices = [] }: Option): string {
  return argChoices.length === 0 ? "" : ` One of ${argChoices.map(code).join(", ")}.`;
}

function defaultOf({ defaultValue, defaultValueDescription, negate }: Option): string {
  const value: unknown = defaultValueDescription ?? defaultValue;
  if (value === undefined || value === false || negate || (Array.isArray(value) && value.length === 0)) return "";
  return ` Default: ${plain(code(String(value)))}.`;
}

/** As the command's own help has them. */
function examplesOf(command: Command): string[] {
  let said = "";
  command.configureOutput({ writeOut: (text) => (said += text) });
  command.outputHelp();
  return [...said.replaceAll(/ \\\n +/g, " ").matchAll(/^ {2}(bridgehead .*)$/gm)].map(([, example = ""]) => example);
}
