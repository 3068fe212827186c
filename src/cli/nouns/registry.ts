import { Option, type Command } from "commander";
import {
  type RegistryData,
  type RegistryDataInput,
  registryDataSchema,
  type RegistryType,
  registryTypes,
} from "../../protocol/registry.ts";
import { parse } from "../../protocol/shape.ts";
import { asksFirst, confirm } from "../confirm.ts";
import { contextOf } from "../context.ts";
import { usageError } from "../errors.ts";
import { print, write } from "../output.ts";
import { examples } from "../verb.ts";

const defaultValue = "(Default)";

export function register(noun: Command): void {
  noun
    .command("list [key]")
    .description("subkeys and values of a key")
    .action(list)
    .addHelpText("after", examples("registry list Mail"));
  noun
    .command("get <key> [name]")
    .description("what stands in a value")
    .action(get)
    .addHelpText("after", examples("registry get Mail Postmaster"));
  noun
    .command("set <key> [name] [value...]")
    .description("set a value, create its key")
    .addOption(
      new Option("--type <type>", "of the value; REG_BINARY is written in base64")
        .choices(Object.keys(registryTypes))
        .default("REG_SZ"),
    )
    .action(set)
    .addHelpText("after", examples("registry set Mail Retries 5 --type REG_DWORD"));
  asksFirst(noun.command("delete <key> [name]"))
    .description("delete a value, or the key")
    .option("--recursive", "with all keys below it")
    .action(remove)
    .addHelpText("after", examples("registry delete Mail --recursive"));
}

async function list(key: string | undefined, _options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const asked = await cluster();
  const view = await ask((client) => client.registryKey(asked, key ?? ""));
  print(output, view, [
    ...view.subkeys.map(({ name }) => ({ name: `${name}/`, type: null, value: null })),
    ...view.values.map(({ name, data }) => ({
      name: name === "" ? defaultValue : name,
      type: data.type,
      value: shown(data),
    })),
  ]);
}

async function get(key: string, name: string | undefined, _options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const asked = await cluster();
  const value = await ask((client) => client.registryValue(asked, key, name ?? ""));
  if (output === "json") return print(output, value, []);
  write(shown(value.data));
}

async function set(
  key: string,
  name: string | undefined,
  words: readonly string[],
  { type }: { readonly type: RegistryType },
  command: Command,
): Promise<void> {
  const data = name === undefined ? null : dataOf(type, words);
  const { ask, output, cluster } = contextOf(command);
  const asked = await cluster();
  const written = await ask((client) =>
    client.writeRegistryBatch(asked, {
      commands: [
        { command: "create-key", key },
        ...(name === undefined || data === null ? [] : [{ command: "set-value" as const, key, name, data }]),
      ],
    }),
  );
  if (output === "json") return print(output, written, []);
  write(written.changed === 0 ? "It was so already." : `Set, revision ${written.revision}.`);
}

async function remove(
  key: string,
  name: string | undefined,
  { recursive, yes = false }: { readonly recursive?: true; readonly yes?: boolean },
  command: Command,
): Promise<void> {
  if (recursive === true) await confirm(`Delete ${key}, and every key below it?`, yes);
  const { ask, output, cluster } = contextOf(command);
  const asked = await cluster();
  const written = await ask((client) =>
    name === undefined
      ? client.deleteRegistryKey(asked, key, { recursive: recursive === true })
      : client.deleteRegistryValue(asked, key, name),
  );
  if (output === "json") return print(output, written, []);
  write(`Deleted, revision ${written.revision}.`);
}

/** What was typed, as a value of this type. A list takes each word as an item; every other type takes one word. */
export function dataOf(type: RegistryType, words: readonly string[]): RegistryDataInput {
  const [word, ...others] = words;
  if (type !== "REG_MULTI_SZ" && (word === undefined || others.length > 0)) {
    throw usageError(`A ${type} is one value; put it into quotes if it holds blanks.`);
  }
  const value = type === "REG_MULTI_SZ" ? words : type === "REG_DWORD" ? wholeNumber(word) : word;
  const parsed = parse(registryDataSchema, { type, value });
  if (!parsed.ok) throw usageError(`This is no ${type}: ${parsed.problems[0]?.sentence ?? "it cannot be read"}.`);
  return parsed.value;
}

/** Number("") is 0, and that is nobody's wish. */
function wholeNumber(word: string | undefined): number {
  return word !== undefined && /^\d{1,10}$/.test(word) ? Number(word) : Number.NaN;
}

function shown({ value }: RegistryData): string {
  return typeof value === "object" ? value.join("\n") : String(value);
}
