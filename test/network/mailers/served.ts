import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { examplesFolder } from "../../../src/cli/package-files.ts";
import { virtualAddress } from "../lan.ts";
import { eximProgram, writeExim } from "./exim.ts";
import { harakaProgram, writeHaraka } from "./haraka.ts";
import { eximParts, exim, haraka, harakaParts, type Kind, nodeProgram, postfix, postfixParts } from "./kinds.ts";
import type { MailerPlace } from "./mailer.ts";
import { writePostfix } from "./postfix.ts";

/** A mailer that runs on whichever node has the group, on messages that both nodes reach. */
export type Served = {
  readonly kind: Kind;
  /** Writes what it needs on a node. @param spool where its messages are, on whatever the group takes with it */
  readonly write: (place: MailerPlace, spool: string) => Promise<void>;
  /** What the group's Generic Application runs. `$run` is the node's own folder, with one of each mailer's; `$spool`: as above. */
  readonly commandLine: string;
  /** Mail at this port of the virtual IP, or files in the folder of its messages. */
  readonly takes: number | "files";
};

const ports = { exim: 2_500, postfix: 2_501, haraka: 2_502 } as const;

const everywhere = "198.18.0.0/15";

export const served: readonly Served[] = [
  {
    kind: exim,
    write: async (place, spool) => {
      const listen = `local_interfaces = ${virtualAddress}\ndaemon_smtp_ports = ${ports.exim}\n`;
      await writeExim(place, await eximParts(place), { spool, more: listen });
    },
    commandLine: `exec ${eximProgram()} -C "$run/exim/exim.conf" -bdf -q1s`,
    takes: ports.exim,
  },
  {
    kind: postfix,
    write: async (place, spool) => {
      await writePostfix(place, await postfixParts(place), {
        spool,
        main: `mynetworks = ${everywhere}\nsmtpd_relay_restrictions = permit_mynetworks, reject\nqueue_run_delay = 1s\nminimal_backoff_time = 1s\nmaximal_backoff_time = 2s\n`,
        master: `${virtualAddress}:${ports.postfix} inet n - n - - smtpd\n`,
      });
    },
    // `postfix start-fg` begins a session of its own (setsid), and would outlive whoever has to end it.
    commandLine: 'postfix -c "$run/postfix/etc" check && exec /usr/lib/postfix/sbin/master -c "$run/postfix/etc" -d',
    takes: ports.postfix,
  },
  {
    kind: haraka,
    write: async (place, spool) => {
      await writeHaraka(place, await harakaParts(place), { listen: `${virtualAddress}:${ports.haraka}`, queue: spool });
    },
    commandLine: `exec ${process.execPath} ${harakaProgram} -c "$run/haraka"`,
    takes: ports.haraka,
  },
  {
    kind: nodeProgram,
    write: async ({ folder, sink }, spool) => {
      for (const path of [folder, spool]) mkdirSync(path, { recursive: true });
      writeFileSync(join(folder, "relay"), `${sink.address}:${sink.port}`);
    },
    commandLine: `exec ${process.execPath} ${join(examplesFolder, "queue-with-nodemailer.js")} --queue "$spool" --relay "$(cat "$run/nodemailer/relay")" --config "$run/nodemailer.yaml"`,
    takes: "files",
  },
];
