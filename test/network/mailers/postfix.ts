import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type MailerPlace, type RealMailer, recipient, sender, submitTo } from "./mailer.ts";

/** What is put into a configuration of Postfix's. */
export type PostfixParts = { readonly main: string; readonly master: string };

/** The services of Debian's master.cf that mail on its way out needs; none of them in a chroot. */
const master = `pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
local unix - n n - - local
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;

/** Where it keeps its messages, and what else is in its two files. */
type Keeping = { readonly spool: string; readonly main: string; readonly master: string };

/** A Postfix of its own: configuration, queue and log are in its folder. */
export async function openPostfix(place: MailerPlace, parts: PostfixParts): Promise<RealMailer> {
  const { host, folder } = place;
  const config = await writePostfix(place, parts, { spool: join(folder, "spool"), main: "", master: "" });
  const log = join(folder, "log");
  await host.run("postfix", "-c", config, "start");
  return {
    submit: (id, to = [recipient]) => submitTo(host, ["sendmail", "-C", config, "-f", sender, ...to], id),
    flush: async () => void (await host.run("postqueue", "-c", config, "-f")),
    waiting: async () => {
      const listed = await host.run("postqueue", "-c", config, "-j");
      return listed.split("\n").filter((line) => line !== "").length;
    },
    log: () => (existsSync(log) ? readFileSync(log, "utf8") : ""),
    end: async () => void (await host.run("postfix", "-c", config, "abort").catch(() => "")),
  };
}

/** Writes a configuration, and resolves with its folder. */
export async function writePostfix(
  { host, folder }: MailerPlace,
  parts: PostfixParts,
  keeping: Keeping,
): Promise<string> {
  const config = join(folder, "etc");
  const data = join(folder, "data");
  for (const path of [config, keeping.spool, data]) mkdirSync(path, { recursive: true });
  const main = `compatibility_level = 3.6
queue_directory = ${keeping.spool}
data_directory = ${data}
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = ${host.name.toLowerCase()}.test
mydestination = $myhostname, localhost
alias_maps =
alias_database =
maillog_file = ${join(folder, "log")}
maillog_file_prefixes = /
smtputf8_enable = no
${keeping.main}${parts.main}`;
  writeFileSync(join(config, "main.cf"), main);
  writeFileSync(join(config, "master.cf"), `${master}${keeping.master}${parts.master}`);
  await host.run("chown", "postfix", data);
  return config;
}
