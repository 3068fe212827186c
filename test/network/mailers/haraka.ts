import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { until } from "../../support/until.ts";
import { type MailerPlace, type RealMailer, recipient } from "./mailer.ts";

/** What is put into Haraka's folder. */
export type HarakaParts = { readonly plugin: string; readonly plugins: string };

/** Where it takes mail, and where it keeps it. */
type Keeping = { readonly listen: string; readonly queue: string };

/** A message in its queue, and how often it has been tried. */
type Waiting = { readonly id: string; readonly attempts: number };

export const harakaProgram = "/opt/bridgehead-test/haraka/node_modules/Haraka/bin/haraka";
const port = 2_526;

/**
 * Whoever submits may send to anybody. What has to wait is tried again each second, when Haraka looks for what is due: its own setting
 * (temp_fail_intervals) begins at five.
 */
const acceptPlugin = `exports.hook_mail = (next, connection) => { connection.relaying = true; next(); };
exports.hook_rcpt = (next) => next(OK);
exports.hook_deferred = (next) => next(DENYSOFT, "0");
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
  const waiting = (): Waiting[] => readdirSync(queue).flatMap(waitingOf);
  return {
    submit: async (id, to = [recipient]) => {
      const program = join(import.meta.dirname, "smtp-submit.ts");
      await host.run(process.execPath, program, "127.0.0.1", String(port), id, ...to);
    },
    // It has no command for that.
    flush: async () => {
      const before = waiting();
      const isTried = (one: Waiting): boolean =>
        waiting().every(({ id, attempts }) => id !== one.id || attempts > one.attempts);
      await until(() => before.every(isTried), 20_000, "that Haraka tries").catch((error: Error) => {
        throw new Error(`${error.message}\n${log}`);
      });
    },
    waiting: async () => waiting().length,
    log: () => log,
    end: async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

/** By the name of a file in its queue (Haraka's outbound/qfile.js); of what is not whole yet it is another. */
function waitingOf(name: string): Waiting[] {
  const [, arrival, attempts, tag] = /^(\d+)_\d+_(\d+)_\d+_([^_]+)_/.exec(name) ?? [];
  return tag === undefined ? [] : [{ id: `${arrival} ${tag}`, attempts: Number(attempts) }];
}

/** Writes what Haraka finds in its folder. */
export async function writeHaraka({ host, folder }: MailerPlace, parts: HarakaParts, keeping: Keeping): Promise<void> {
  if (!existsSync(harakaProgram)) throw new Error("Haraka is not here: test/network/mailers/install.sh brings it");
  const files = {
    "config/me": `${host.name.toLowerCase()}.test\n`,
    "config/loglevel": "LOGINFO\n",
    "config/smtp.ini": `listen=${keeping.listen}\nnodes=0\n`,
    "config/outbound.ini": "temp_fail_intervals=5s*1000\nenable_tls=false\n",
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
