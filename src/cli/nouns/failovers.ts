import type { Command } from "commander";
import type { Failover } from "../../cluster/questions/failovers.ts";
import { contextOf } from "../context.ts";
import { mustBeKnown } from "../known-objects.ts";
import { print, write } from "../output.ts";
import { wrap } from "../text.ts";
import { examples, timeText } from "../verb.ts";

export function register(noun: Command): void {
  noun
    .option("--group <group>", "those of one group")
    .action(failovers)
    .addHelpText("after", examples("failovers --group Exchange"));
}

async function failovers({ group }: { readonly group?: string }, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const document = await ask((client) => client.failovers(name, group));
  if (document.failovers.length === 0) await mustBeKnown(ask, name, { group });
  if (output === "json") return print(output, document, []);
  write(document.failovers.length === 0 ? "(none)" : document.failovers.flatMap(linesOf).join("\n"));
}

/** What happened, and each phase in milliseconds from the beginning. */
function linesOf({ group, from, to, because, phases }: Failover): string[] {
  const { beganAt, detectedAt, decidedAt, releasedAt, ownedAt, onlineAt } = phases;
  const since = (what: string, at: number | null): string[] =>
    at === null || beganAt === null ? [] : [`${what} +${at - beganAt} ms`];
  const told = [
    ...since("detected", detectedAt),
    ...since("decided", decidedAt),
    ...since("released", releasedAt),
    ...since("online", onlineAt),
  ];
  const began = timeText(beganAt ?? ownedAt);
  return [
    ...wrap(`${began}  ${group}: ${from ?? "nobody"} → ${to ?? "nobody"} (${because})`, "  "),
    `  ${told.length === 0 ? "the journal does not have its phases any more" : told.join(", ")}`,
  ];
}
