import { InvalidArgumentError } from "commander";
import { textWidth } from "./text.ts";

/** Examples under a command's help: whole command lines that would run, also when they are copied. */
export function examples(...lines: readonly string[]): string {
  const title = lines.length === 1 ? "Example:" : "Examples:";
  return ["", title, ...lines.flatMap((line) => continued(`  bridgehead ${line}`))].join("\n");
}

/** A line that is too long goes on before one of its options. */
function continued(line: string): string[] {
  if (line.length <= textWidth) return [line];
  const at = line.lastIndexOf(" --", textWidth - " \\".length);
  return at < 0 ? [line] : [`${line.slice(0, at)} \\`, ...continued(`     ${line.slice(at)}`)];
}

export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It should be a whole number.");
}

export function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It should be a whole number, 1 or more.");
}

export function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It should be a number of seconds.");
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A moment as epoch milliseconds: ISO 8601 (without a zone, of this host's), or from now on, such as `+90m`. */
export function momentAfter(text: string, now: number): number {
  const [, count = "", unit = ""] = /^\+(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== "") return now + Number(count) * unitMs[unit as keyof typeof unitMs];
  const [, day = ""] = /^(\d{4}-\d{2}-\d{2})T/.exec(text) ?? [];
  const at = isDay(day) ? Date.parse(text) : Number.NaN;
  if (at < now) throw new InvalidArgumentError("It is in the past.");
  if (!Number.isNaN(at)) return at;
  throw new InvalidArgumentError("It should be a time such as 2030-01-31T22:00, or +90m.");
}

/** Date.parse takes 31 February for a day in March. */
function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** What may be said once. Commander would take the last of two. */
export function once<T>(value: T, before: T | undefined): T {
  if (before !== undefined) throw new InvalidArgumentError("It is given twice.");
  return value;
}

/** How a time of the cluster is shown: to the second, in UTC as everywhere in the cluster. */
export function timeText(at: number): string {
  return new Date(at)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");
}
