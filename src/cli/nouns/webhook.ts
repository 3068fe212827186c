import { InvalidArgumentError, Option, type Command } from "commander";
import { journalKinds, type JournalKind } from "../../cluster/journal.ts";
import type { WebhookEnable } from "../../protocol/webhooks.ts";
import { asksFirst, confirm } from "../confirm.ts";
import { contextOf } from "../context.ts";
import { CliError } from "../errors.ts";
import { print, write } from "../output.ts";
import { webhookRows } from "../rows.ts";
import { examples } from "../verb.ts";

type CreateOptions = { readonly kinds?: JournalKind[]; readonly description?: string };

export function register(noun: Command): void {
  noun
    .command("list")
    .description("the webhooks, and how far each has got")
    .action(list)
    .addHelpText("after", examples("webhook list"));
  noun
    .command("create <url>")
    .description("deliver the journal to a URL; prints its secret, once")
    .option("--kinds <kinds>", "only these, with commas (default: all)", parseKinds)
    .option("--description <text>", "what it is for")
    .action(create)
    .addHelpText("after", examples("webhook create https://hooks.example/cluster --kinds group.owned,group.given-up"));
  asksFirst(noun.command("delete <webhook>"))
    .description("deliver nothing more, and forget it")
    .action(remove)
    .addHelpText("after", examples("webhook delete 3f1c9a70b2d4e586"));
  noun
    .command("enable <webhook>")
    .description("deliver again, what was missed first")
    .addOption(new Option("--from <where>", "where to go on").choices(["cursor", "now"]).default("cursor"))
    .action(enable)
    .addHelpText("after", examples("webhook enable 3f1c9a70b2d4e586 --from now"));
  noun
    .command("rotate <webhook>")
    .description("print a new secret, once; the old one signs for a day more")
    .action(rotate)
    .addHelpText("after", examples("webhook rotate 3f1c9a70b2d4e586"));
  noun
    .command("test <webhook>")
    .description("send one message that says nothing")
    .action(test)
    .addHelpText("after", examples("webhook test 3f1c9a70b2d4e586"));
}

function parseKinds(text: string): JournalKind[] {
  return text.split(",").map((word) => {
    const kind = journalKinds.find((known) => known === word.trim());
    if (kind === undefined) throw new InvalidArgumentError(`There are: ${journalKinds.join(", ")}.`);
    return kind;
  });
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const { webhooks } = await ask((client) => client.listWebhooks(name));
  print(output, webhooks, webhookRows(webhooks));
}

async function create(url: string, options: CreateOptions, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const created = await ask((client) => client.createWebhook(name, { url, ...options }));
  if (output === "json") return print(output, created, []);
  write(`Webhook ${created.id} delivers from now on. Its secret, which is shown this once:`);
  write(created.secret);
}

async function remove(id: string, { yes = false }: { readonly yes?: boolean }, command: Command): Promise<void> {
  await confirm(`Delete webhook ${id}, and deliver nothing more to it?`, yes);
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  await ask((client) => client.deleteWebhook(name, id));
  if (output === "json") return print(output, { id, deleted: true }, []);
  write(`Webhook ${id} is deleted.`);
}

async function enable(id: string, { from }: WebhookEnable, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const webhook = await ask((client) => client.enableWebhook(name, id, from));
  if (output === "json") return print(output, webhook, []);
  write(`Webhook ${id} delivers again, from entry ${webhook.cursor + 1} on.`);
}

async function rotate(id: string, _options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const rotated = await ask((client) => client.rotateWebhookSecret(name, id));
  if (output === "json") return print(output, rotated, []);
  write("The new secret, which is shown this once; for a day the old one signs as well:");
  write(rotated.secret);
}

async function test(id: string, _options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const tested = await ask((client) => client.testWebhook(name, id));
  if (output === "json") print(output, tested, []);
  else if (tested.delivered) write(`The receiver took it (${tested.status}).`);
  if (tested.delivered) return;
  const status = tested.status === null ? "" : ` (${tested.status})`;
  throw new CliError(
    "test-not-delivered",
    `The receiver did not take it: ${tested.error?.code ?? "unknown"}${status}.`,
  );
}
