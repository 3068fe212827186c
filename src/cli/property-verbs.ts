import type { Command } from "commander";
import type { Described, PropertyScope, PropertyView } from "../cluster/properties/property-sets.ts";
import type { PropertySet } from "../protocol/properties.ts";
import { change, changes, type Place } from "./change.ts";
import { contextOf } from "./context.ts";
import { CliError, exitCodes, usageError } from "./errors.ts";
import { nearestTo } from "./nearest.ts";
import { print, type Row, sheetText, write } from "./output.ts";
import { examples } from "./verb.ts";

/** Whose properties a noun's verbs read and set. */
export type PropertyNoun = {
  readonly noun: string;
  /** How a usage line names one of them, such as `<group>`; none for the cluster itself. */
  readonly argument?: string;
  /** Command lines of the noun's own: which one, and what is set. */
  readonly example: { readonly of: string; readonly set: string };
  /** What the verbs take beside their own options. */
  readonly options?: (command: Command) => Command;
  readonly find: (place: Place, name: string, command: Command) => Described | Promise<Described>;
};

type Properties = PropertySet["properties"];
type Sets = { readonly common: Properties; readonly private?: Properties };

/** Adds `properties` and `set`, for the properties of MSCS: common ones, and a resource's private ones with them. */
export function registerProperties(noun: Command, of: PropertyNoun): void {
  const { argument, example, options = (command) => command } = of;
  const words = [argument, "[property...]"].filter((word) => word !== undefined).join(" ");
  const called = [of.noun, "properties", example.of].filter((word) => word !== "").join(" ");
  options(noun.command(`properties ${words}`))
    .description("properties with values, defaults and ranges; all that is known of those that are named")
    .action((...args: unknown[]) => list(of, lastOf(args)))
    .addHelpText("after", examples(called));
  const setting = [of.noun, "set", example.of, example.set].filter((word) => word !== "").join(" ");
  changes(options(noun.command(`set ${words.replace("property", "name=value")}`)), { waits: true })
    .description("set properties; what cannot be is refused by name, and then nothing is changed")
    .option("--reset <property>", "take one back to its default; may be given many times", collect, [])
    .action((...args: unknown[]) => set(of, lastOf(args)))
    .addHelpText("after", examples(setting));
}

/** Commander hands over the command last, behind arguments and options. */
function lastOf(args: readonly unknown[]): Command {
  return args.at(-1) as Command;
}

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/** The words of a command line: the object's name, where it has one, and the rest. */
function wordsOf({ argument }: PropertyNoun, command: Command): { readonly name: string; readonly rest: string[] } {
  const [name = "", ...rest] = command.args;
  return argument === undefined ? { name: "", rest: [...command.args] } : { name, rest };
}

// --- reading --------------------------------------------------------------------------------------------------------

async function list(of: PropertyNoun, command: Command): Promise<void> {
  const { ask, output, cluster: chosen } = contextOf(command);
  const place = { ask, cluster: await chosen() };
  const { name, rest } = wordsOf(of, command);
  const sets = await setsOf(place, await of.find(place, name, command));
  if (rest.length === 0) return print(output, sets, rowsOf(sets));
  const told = rest.map((property) => found(sets, property));
  if (output === "json") print(output, Object.fromEntries(told.map(({ property, view }) => [property, view])), []);
  else write(told.map(({ property, scope, view }) => sheetText(sheetOf(property, scope, view))).join("\n\n"));
}

async function setsOf({ ask, cluster }: Place, described: Described): Promise<Sets> {
  const read = async (scope: PropertyScope): Promise<Properties> =>
    (await ask((client) => client.properties(cluster, described, scope))).properties;
  const common = await read("common");
  return described.kind === "resource" ? { common, private: await read("private") } : { common };
}

function found(sets: Sets, property: string) {
  for (const scope of ["common", "private"] as const) {
    const of = sets[scope] ?? {};
    const view = Object.hasOwn(of, property) ? of[property] : undefined;
    if (view !== undefined) return { property, scope, view };
  }
  throw new CliError("property-not-found", `There is no property ${property}`, exitCodes.failed, {
    detail: `those that there are: ${namesOf(sets).join(", ")}`,
    hint: meantText([property], namesOf(sets)) ?? "Names are written as MSCS has them, with their capitals.",
  });
}

function namesOf({ common, private: own = {} }: Sets): string[] {
  return [...Object.keys(common), ...Object.keys(own)];
}

/** Asks whether another name is meant, for each that has one near to it; null where none has. */
function meantText(unknown: readonly string[], names: readonly string[]): string | null {
  const meant = unknown.map((name) => nearestTo(name, names)).filter((name) => name !== null);
  return meant.length === 0 ? null : `Did you mean ${meant.join(", ")}?`;
}

function rowsOf(sets: Sets): Row[] {
  return (["common", "private"] as const).flatMap((scope) =>
    Object.entries(sets[scope] ?? {}).map(([property, view]) => ({
      property,
      value: valueText(view.value),
      default: view.isDefault ? "=" : valueText(view.default),
      range: rangeText(view),
      note: [scope === "private" ? scope : "", view.readOnly ? "read-only" : "", noEffect(view) ? "no effect" : ""]
        .filter((word) => word !== "")
        .join(", "),
    })),
  );
}

function sheetOf(property: string, scope: PropertyScope, view: PropertyView): Row {
  return {
    property,
    value: wholeText(view.value),
    default: view.isDefault ? "the same" : wholeText(view.default),
    type: view.type,
    range: rangeText(view),
    scope,
    access: view.readOnly ? "can be read only" : "can be set",
    note: view.note,
  };
}

/** Where nothing stands beside it, what is empty has to be seen. */
function wholeText(value: PropertyView["value"]): string {
  return value === null ? "(none)" : valueText(value) || '""';
}

function noEffect({ note, readOnly }: PropertyView): boolean {
  return note !== null && !readOnly;
}

function valueText(value: PropertyView["value"]): string {
  if (value === null) return "";
  return typeof value === "object" ? `[${value.join(", ")}]` : String(value);
}

/** What a DWORD can hold at most: where that is the end of a range, it has none. */
const mostOfDword = 0xffff_ffff;

function rangeText({ min, max }: PropertyView): string {
  return min === null && max === null ? "" : `${min ?? ""}..${max === mostOfDword ? "" : (max ?? "")}`;
}

// --- setting --------------------------------------------------------------------------------------------------------

async function set(of: PropertyNoun, command: Command): Promise<void> {
  const { name, rest } = wordsOf(of, command);
  const { reset } = command.opts<{ readonly reset: readonly string[] }>();
  // What reads values takes a while to load, and no other verb needs it.
  const { readProperties } = await import("./property-values.ts");
  const values = { ...readProperties(rest, reset), ...Object.fromEntries(reset.map((property) => [property, null])) };
  if (Object.keys(values).length === 0) {
    throw usageError("Nothing is said to be set", { hint: "Say NAME=VALUE, or --reset NAME." });
  }
  await change(command, {
    plan: async (place) => {
      const described = await of.find(place, name, command);
      const scope = await scopeOf(place, described, Object.keys(values));
      return {
        send: (client, how) => client.setProperties(place.cluster, described, scope, values, how),
        explain: (error) => explained(of, command, error, () => setsOf(place, described)),
        said: ({ changed }) => (changed.length === 0 ? "It was so already." : saidOf(values)),
      };
    },
  });
}

/** Names the command that lists the properties of this object, and the one that was meant. */
async function explained(
  of: PropertyNoun,
  command: Command,
  error: CliError,
  sets: () => Promise<Sets>,
): Promise<CliError> {
  if (error.code !== "invalid-properties") return error;
  const unknown = (error.parts.problems ?? []).filter(({ code }) => code === "unknown-property");
  const names = unknown.map(({ path }) => path.slice(1));
  const meant = names.length === 0 ? null : meantText(names, namesOf(await sets()));
  const { name } = wordsOf(of, command);
  const { group } = command.opts<{ readonly group?: string }>();
  const listing = [of.noun, "properties", quoted(name), ...(group === undefined ? [] : ["--group", quoted(group)])];
  const hint = `Names and ranges are shown by: bridgehead ${listing.filter((word) => word !== "").join(" ")}`;
  const parts = { ...error.parts, hint: [meant, hint].filter((part) => part !== null).join("\n") };
  return new CliError(error.code, error.title, error.exitCode, parts);
}

/** As it is copied into a shell. */
function quoted(name: string): string {
  return /^[\w.-]*$/.test(name) ? name : `"${name}"`;
}

/** Only resources have private properties, and nobody should have to know which they are. */
async function scopeOf(place: Place, described: Described, names: readonly string[]): Promise<PropertyScope> {
  if (described.kind !== "resource") return "common";
  const { private: known = {} } = await setsOf(place, described);
  const isPrivate = names.filter((name) => Object.hasOwn(known, name));
  if (isPrivate.length === 0) return "common";
  if (isPrivate.length === names.length) return "private";
  throw usageError("Private and common properties are set one kind at a time", {
    detail: `private among these: ${isPrivate.join(", ")}`,
    hint: "Set them with two commands.",
  });
}

function saidOf(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) =>
      value === null ? `${name} has its default again.` : `${name} is ${valueText(value as PropertyView["value"])}.`,
    )
    .join("\n");
}
