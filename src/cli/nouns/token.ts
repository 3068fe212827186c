import { Option, type Command } from "commander";
import { tokenRoles, type TokenRequest, type TokenRole } from "../../protocol/http.ts";
import { contextOf } from "../context.ts";
import { usageError } from "../errors.ts";
import { print, write } from "../output.ts";

type CreateOptions = { readonly role: TokenRole; readonly node?: string; readonly partner?: string };

export function register(noun: Command): void {
  noun
    .command("create")
    .description("make a token; it is shown once, alone on standard output")
    .addOption(new Option("--role <role>", "what it may do").choices([...tokenRoles]).makeOptionMandatory())
    .option("--node <name>", "the node that joins with it, for the role node")
    .option("--partner <name>", "the mail system that reports with it, for the role partner")
    .action(create);
}

async function create(options: CreateOptions, command: Command): Promise<void> {
  const request = requestOf(options);
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const created = await ask((client) => client.createToken(name, request));
  if (output === "json") print(output, created, []);
  else write(created.token);
}

function requestOf({ role, node, partner }: CreateOptions): TokenRequest {
  switch (role) {
    case "node":
      if (node === undefined) throw usageError("A token of the role node is for one node: give --node NAME.");
      return { role, node };
    case "partner":
      if (partner === undefined)
        throw usageError("A token of the role partner is for one mail system: give --partner NAME.");
      return { role, partner };
    case "reader":
    case "operator":
      return { role };
  }
}
