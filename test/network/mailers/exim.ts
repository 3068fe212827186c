import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type MailerPlace, type RealMailer, recipient, sender, submitTo } from "./mailer.ts";

/** What is put into a configuration of Exim's. */
export type EximParts = {
  readonly main: string;
  readonly router: string;
  readonly transport: string;
  /** Of every address; for an hour, each second, unless said otherwise. */
  readonly retry?: string;
};

/** Where it keeps its messages, and what else is in the main section. */
type Keeping = { readonly spool: string; readonly more: string };

/** An Exim of its own: configuration, spool and logs are in its folder. It sends when it is told to. */
export async function openExim(place: MailerPlace, parts: EximParts): Promise<RealMailer> {
  const { host, folder } = place;
  const program = eximProgram();
  const config = await writeExim(place, parts, { spool: join(folder, "spool"), more: "queue_only\n" });
  const log = join(folder, "main.log");
  const exim = (...args: string[]): Promise<string> => host.run(program, "-C", config, ...args);
  return {
    submit: (id, to = [recipient]) => submitTo(host, [program, "-C", config, "-f", sender, ...to], id),
    flush: async () => void (await exim("-qff")),
    turn: async () => void (await exim("-q")),
    waiting: async () => Number((await exim("-bpc")).trim()),
    log: () => (existsSync(log) ? readFileSync(log, "utf8") : ""),
    end: async () => {},
  };
}

/** Writes a configuration, and resolves with its path. */
export async function writeExim(
  { host, folder, sink }: MailerPlace,
  parts: EximParts,
  keeping: Keeping,
): Promise<string> {
  const config = join(folder, "exim.conf");
  mkdirSync(folder, { recursive: true });
  mkdirSync(keeping.spool, { recursive: true });
  await host.run("chown", "mail:mail", folder, keeping.spool);
  const text = `exim_user = mail
exim_group = mail
exim_path = ${eximProgram()}
spool_directory = ${keeping.spool}
log_file_path = ${join(folder, "%s.log")}
primary_hostname = ${host.name.toLowerCase()}.test
domainlist local_domains = local.test
keep_environment =
never_users =
acl_smtp_rcpt = everybody
${keeping.more}${parts.main}
begin acl
everybody:
  accept
begin routers
${parts.router}
relay:
  driver = manualroute
  domains = ! +local_domains
  transport = remote
  route_list = * "<+ ${sink.address}"
begin transports
remote:
  driver = smtp
  port = ${sink.port}
${parts.transport}
begin retry
* * ${parts.retry ?? "F,1h,1s"}
`;
  writeFileSync(config, text);
  return config;
}

/** Exim and Postfix exclude each other as packages: where it is not installed it is unpacked beside. */
export function eximProgram(): string {
  const found = ["/usr/sbin/exim4", "/opt/bridgehead-test/exim/usr/sbin/exim4"].find((path) => existsSync(path));
  if (found === undefined) throw new Error("exim4 is not here: test/network/mailers/install.sh brings it");
  return found;
}
