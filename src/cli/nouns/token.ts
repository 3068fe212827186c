import { existsSync } from "node:fs";
import { Option, type Command } from "commander";
import { type TokenCreated, tokenRoles, type TokenRequest, type TokenRole } from "../../protocol/tokens.ts";
import { asksFirst, confirm } from "../confirm.ts";
import { contextOf } from "../context.ts";
import { usageError } from "../errors.ts";
import { print, write } from "../output.ts";
import { writeSecret } from "../secret-file.ts";
import { timeText, examples } from "../verb.ts";

type CreateOptions = {
  readonly role: TokenRole;
  readonly node?: string;
  readonly partner?: string;
  readonly file?: string;
};

export function register(noun: Command): void {
  noun
    .command("create")
    .description("make a token; it is shown once, alone on standard output, or not at all")
    .addOption(new Option("--role <role>", "what it may do").choices([...tokenRoles]).makeOptionMandatory())
    .option("--node <node>", "the node that joins with it, for the role node")
    .option("--partner <name>", "the mail system that reports with it, for the role partner")
    .option("--file <file>", "write it to this new file, which you alone can read, and do not show it")
    .action(create)
    .addHelpText(
      "after",
      examples("token create --role node --node NODE1 --file NODE1.token", "token create --role operator"),
    );
  noun
    .command("list")
    .description("which tokens there are, without their secrets")
    .action(list)
    .addHelpText("after", examples("token list"));
  asksFirst(noun.command("revoke <token-id>"))
    .description("end a token, and close what it has opened")
    .action(revoke)
    .addHelpText("after", examples("token revoke 0123456789abcdef"));
}

async function create({ file, ...options }: CreateOptions, command: Command): Promise<void> {
  const request = requestOf(options);
  if (file !== undefined && existsSync(file)) {
    throw usageError(`${file} is there already`, { hint: "A token that it may hold is not written over." });
  }
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const created = await ask((client) => client.createToken(name, request));
  if (file !== undefined) {
    await keep(file, created, (id) => ask((client) => client.revokeToken(name, id)));
    if (output === "json") print(output, { id: created.id, file }, []);
    else write(`Token ${created.id} is in ${file}.`);
  } else if (output === "json") print(output, created, []);
  else write(created.token);
}

/** A token that nobody has is no use, and ends again. */
async function keep(file: string, { id, token }: TokenCreated, revoke: (id: string) => Promise<null>): Promise<void> {
  try {
    writeSecret(file, token);
  } catch (error) {
    await revoke(id);
    throw error;
  }
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const document = await ask((client) => client.listTokens(name));
  const rows = document.tokens.map(({ id, role, subject, createdAt, createdBy }) => ({
    id,
    role,
    for: subject,
    created: timeText(createdAt),
    by: createdBy,
  }));
  print(output, document, rows);
}

async function revoke(id: string, { yes = false }: { readonly yes?: boolean }, command: Command): Promise<void> {
  await confirm(`Revoke token ${id}, and close what it has opened?`, yes);
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  await ask((client) => client.revokeToken(name, id));
  if (output === "json") print(output, { id, revoked: true }, []);
  else write(`Token ${id} is revoked.`);
}

function requestOf({ role, node, partner }: CreateOptions): TokenRequest {
  switch (role) {
    case "node":
      if (node === undefined)
        throw usageError("A token of the role node is for one node", { hint: "Give --node NODE." });
      return { role, node };
    case "partner":
      if (partner === undefined) {
        throw usageError("A token of the role partner is for one mail system", { hint: "Give --partner NAME." });
      }
      return { role, partner };
    case "reader":
    case "operator":
      return { role };
  }
}
