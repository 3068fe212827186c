import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../support/until.ts";
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
  const file = join(folder, "log");
  const log = (): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
  await host.run("postfix", "-c", config, "start");
  return {
    submit: async (id, to = [recipient]) => {
      await submitTo(host, ["sendmail", "-C", config, "-f", sender, ...to], id);
      await until(() => log().includes(`message-id=<${id}>`), 20_000, `that Postfix picks up ${id}`);
    },
    // One that is just being put back into the queue may be missed by a run of it: then there is another run.
    flush: async () => {
      const from = log().length;
      const isTried = (id: string): boolean => log().slice(from).includes(`: ${id}: to=`);
      const waiting = waitingBy(log());
      // One of which all is said but that it is gone is not tried again.
      const areTried = (): boolean => {
        const still = waitingBy(log());
        return waiting.every((id) => isTried(id) || !still.includes(id));
      };
      const run = async (): Promise<boolean> => {
        await host.run("postqueue", "-c", config, "-f");
        return until(areTried, 1_000).then(
          () => true,
          () => false,
        );
      };
      await until(run, 20_000, "that Postfix tries").catch((error: Error) => {
        throw new Error(`${error.message}\n${log()}`);
      });
    },
    waiting: async () => waitingBy(log()).length,
    log,
    end: async () => void (await host.run("postfix", "-c", config, "abort").catch(() => "")),
  };
}

/**
 * What waits by its log, by queue ID. `postqueue` reads one queue after the other, and so lists what goes from one to the other
 * meanwhile twice, or not at all.
 */
function waitingBy(log: string): string[] {
  const waiting = new Set<string>();
  for (const [, id = "", what] of log.matchAll(/: (\w+): (message-id=|removed$)/gm)) {
    if (what === "removed") waiting.delete(id);
    else waiting.add(id);
  }
  return [...waiting];
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
