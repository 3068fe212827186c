import type { Command } from "commander";
import { contextOf } from "../context.ts";
import { print, write, writeTable } from "../output.ts";
import { wrap } from "../text.ts";
import { examples } from "../verb.ts";

export function register(noun: Command): void {
  noun
    .description("who arbitrates, and who could witness the end of each ownership")
    .action(quorum)
    .addHelpText("after", examples("quorum"));
}

async function quorum(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const found = await ask((client) => client.quorum(name));
  if (output === "json") return print(output, found, []);
  const someExcluded = found.ownerships.some(({ excluded }) => excluded.length > 0);
  const rows = found.ownerships.map(({ group, owner, epoch, witnesses, excluded }) => ({
    group,
    owner,
    epoch,
    "could witness": witnesses.join(", "),
    ...(someExcluded ? { "could not": excluded.join(", ") } : {}),
  }));
  write(wrap(found.sentence).join("\n"));
  write(wrap(`Witnesses: ${found.witnesses.join(", ") || "none"}.`).join("\n"));
  write("");
  writeTable(rows);
}
