import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { until } from "../../support/until.ts";
import { type MailerPlace, type RealMailer, recipient } from "./mailer.ts";

/** What is put into Haraka's folder. */
export type HarakaParts = { readonly plugin: string; readonly plugins: string };

/** Where it takes mail, and where it keeps it. */
type Keeping = { readonly listen: string; readonly queue: string };

export const harakaProgram = "/opt/bridgehead-test/haraka/node_modules/Haraka/bin/haraka";
const port = 2_526;

/** Whoever submits may send to anybody. */
const acceptPlugin = `exports.hook_mail = (next, connection) => { connection.relaying = true; next(); };
exports.hook_rcpt = (next) => next(OK);
`;

/** A Haraka of its own: configuration, queue and log are in its folder. */
export async function openHaraka(place: MailerPlace, parts: HarakaParts): Promise<RealMailer> {
  const { host, folder } = place;
  const queue = join(folder, "queue");
  await writeHaraka(place, parts, { listen: `127.0.0.1:${port}`, queue });
  const child = host.start(process.execPath, [harakaProgram, "-c", folder]);
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (log += text));
  }
  const listens = async (): Promise<boolean> =>
    child.exitCode !== null || (await host.run("ss", "-Hltn", `sport = :${port}`)) !== "";
  await until(listens, 20_000, "Haraka");
  if (child.exitCode !== null) throw new Error(`Haraka has ended:\n${log}`);
  const waiting = async (): Promise<number> => readdirSync(queue).filter((name) => !/^(\.|__tmp__)/.test(name)).length;
  const tries = (): number => log.split(/get_mx plugin returned DENYSOFT|Tried all MXs|delivered file=/).length;
  return {
    submit: async (id, to = [recipient]) => {
      const program = join(import.meta.dirname, "smtp-submit.ts");
      await host.run(process.execPath, program, "127.0.0.1", String(port), id, ...to);
    },
    // It has no command for that; it tries each of them every five seconds.
    flush: async () => {
      const enough = tries() + (await waiting());
      await until(async () => tries() >= enough || (await waiting()) === 0, 20_000, `that Haraka tries\n${log}`);
    },
    waiting,
    log: () => log,
    end: async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

/** Writes what Haraka finds in its folder. */
export async function writeHaraka({ host, folder }: MailerPlace, parts: HarakaParts, keeping: Keeping): Promise<void> {
  if (!existsSync(harakaProgram)) throw new Error("Haraka is not here: test/network/mailers/install.sh brings it");
  const files = {
    "config/me": `${host.name.toLowerCase()}.test\n`,
    "config/loglevel": "LOGINFO\n",
    "config/smtp.ini": `listen=${keeping.listen}\nnodes=0\n`,
    "config/outbound.ini": "temp_fail_intervals=5s*100\nenable_tls=false\n",
    "config/queue_dir": `${keeping.queue}\n`,
    "config/plugins": `accept\n${parts.plugins}`,
    "plugins/accept.js": acceptPlugin,
    "plugins/bridgehead.js": parts.plugin,
  };
  for (const path of [join(folder, "config"), join(folder, "plugins"), keeping.queue])
    mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  copyFileSync(
    join(dirname(harakaProgram), "..", "config", "connection.ini"),
    join(folder, "config", "connection.ini"),
  );
}
