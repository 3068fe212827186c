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
  noun.command("list").description("which tokens there are, without their secrets").action(list);
  noun.command("revoke <id>").description("revoke a token, and close what it has opened").action(revoke);
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const document = await ask((client) => client.listTokens(name));
  const rows = document.tokens.map(({ id, role, subject, createdAt, createdBy }) => ({
    id,
    role,
    for: subject,
    created: new Date(createdAt).toISOString().slice(0, 19),
    by: createdBy,
  }));
  print(output, document, rows);
}

async function revoke(id: string, _options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  await ask((client) => client.revokeToken(name, id));
  print(output, { id, revoked: true }, [], () => `Token ${id} is revoked; what it had opened is closed.`);
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
