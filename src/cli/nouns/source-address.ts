import type { Command } from "commander";
import type { Verdict } from "../../cluster/questions/verdict.ts";
import { contextOf } from "../context.ts";
import { exitCodes } from "../errors.ts";
import { print, write } from "../output.ts";
import { examples } from "../verb.ts";

type Options = { readonly node: string; readonly destination?: string };

export function register(noun: Command): void {
  noun
    .argument("<group>", "the virtual server's group")
    .requiredOption("--node <node>", "the node that is about to call")
    .option("--destination <host>", "whom it is about to call")
    .action(sourceAddress)
    .addHelpText("after", examples("source-address Exchange --node NODE1 --destination peer.test"));
}

/** A verdict that is not `BIND` is no error, but a script must not go on: exit code 1. */
async function sourceAddress(group: string, { node, destination }: Options, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const question = { node, ...(destination === undefined ? {} : { destination }) };
  const verdict = await ask((client) => client.sourceAddress(name, group, question));
  if (output === "json") print(output, verdict, []);
  else write(sentenceOf(verdict));
  if (verdict.decision !== "BIND") process.exitCode = exitCodes.failed;
}

function sentenceOf(verdict: Verdict): string {
  switch (verdict.decision) {
    case "BIND": {
      const { address, prefix, networkName, epoch, validForMs } = verdict;
      return `BIND ${address}/${prefix} as ${networkName}, epoch ${epoch}, for ${Math.floor(validForMs)} ms`;
    }
    case "DEFER": {
      const owner = verdict.owner === undefined ? "" : `; ${verdict.owner} owns it`;
      return `DEFER ${verdict.reason}${owner}; ask again in ${verdict.retryAfterMs} ms`;
    }
    case "DENY":
      return `DENY ${verdict.reason}`;
  }
}
