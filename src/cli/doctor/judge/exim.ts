import type { Told } from "../check.ts";
import { failed, type Outcome, warning } from "../outcome.ts";
import { asksInVain, asksNobody, listed, printAnew, toldOf } from "./asking.ts";
import type { MailServer } from "./mail.ts";

/** An smtp transport. */
export type EximTransport = {
  readonly name: string;
  readonly interface: string;
  readonly helo_data: string;
  /** It may take mail for several domains in one go. */
  readonly multi_domain: boolean;
};

/** What Exim on this host asks, and how it calls. */
export type EximSettings = {
  /** As its configuration has it; `null`: nobody. */
  readonly asked: string | null;
  readonly transports: readonly EximTransport[];
};

/** Those that speak SMTP, and not LMTP, which stays inside. @param text as `exim -bP transports` prints them */
export function eximTransports(text: string): EximTransport[] {
  return text.split(/^(?=\S+ transport:$)/m).flatMap((section) => {
    const [, name] = /^(\S+) transport:$/m.exec(section) ?? [];
    const options = new Map(
      [...section.matchAll(/^(\w+)(?: = ?(.*))?$/gm)].map(([, option = "", value = ""]) => [option, value]),
    );
    const isSmtp = options.get("driver") === "smtp" && !options.get("protocol")?.startsWith("lmtp");
    if (name === undefined || !isSmtp) return [];
    const [source = "", greeting = ""] = [options.get("interface"), options.get("helo_data")];
    return [{ name, interface: source, helo_data: greeting, multi_domain: options.has("multi_domain") }];
  });
}

/**
 * Null: it does not apply.
 * @param settings null: there is no Exim @param servers those that may come to this host @param socket the agent's local socket
 */
export function judgeExim(
  settings: EximSettings | null,
  servers: readonly MailServer[],
  socket: string,
): Told[] | null {
  if (settings === null || servers.length === 0) return null;
  const { asked, transports } = settings;
  if (asked === null) return toldOf("Exim", [asksNobody("Exim", "exim", servers)], "");
  const groups = groupsIn(asked);
  return toldOf(
    "Exim",
    [
      judgeSockets(asked, socket),
      groups.length === 0 ? asksForNoGroup() : asksInVain("Exim", groups, servers),
      judgeTransports(transports),
      groups.length > 1 ? judgeDomains(transports) : null,
    ],
    `Exim asks the agent for ${listed(groups)}, and holds what it may not send`,
  );
}

/** In Exim's language: what is said at a socket is a question of the agent's, a line that ends with a destination. */
function groupsIn(asked: string): string[] {
  const questions = asked.matchAll(/\{source-address ([^{}]+?) \S+?\\n\}/g);
  return [...new Set([...questions].map(([, group = ""]) => group))];
}

function judgeSockets(asked: string, socket: string): Outcome | null {
  const sockets = [...asked.matchAll(/\$\{readsocket\{([^{}]*)\}/g)].map(([, path]) => path);
  if (sockets.every((path) => path === socket)) return null;
  return failed({
    what: `Exim asks at another socket than ${socket}, where the agent answers`,
    cost: "all that it would send there waits",
    remedy: printAnew("exim"),
  });
}

function asksForNoGroup(): Outcome {
  return failed({
    what: "Exim asks the agent, and for no group",
    cost: "all that it would send waits",
    remedy: printAnew("exim"),
  });
}

/** The answer goes with the message, as `$address_data`. */
function judgeTransports(transports: readonly EximTransport[]): Outcome | null {
  const unbound = transports.filter((one) => ![one.interface, one.helo_data].every((text) => fromAnswer.test(text)));
  if (unbound.length === 0) return null;
  return warning({
    what: `Exim asks the agent, and takes address and name from its answer in all smtp transports but ${names(unbound)}`,
    cost: "what leaves by them leaves from this host's own address, or under another name",
    remedy:
      "put interface and helo_data into each, as bridgehead mailer exim prints them; one that stays inside, leave as it is",
  });
}

const fromAnswer = /\$\{?address_data\b/;

/** A transport that takes several domains asks for the first. */
function judgeDomains(transports: readonly EximTransport[]): Outcome | null {
  const several = transports.filter((one) => one.multi_domain && fromAnswer.test(one.interface));
  if (several.length === 0) return null;
  return failed({
    what: `Exim asks for several groups, and ${names(several)} may take domains of two in one go`,
    cost: "it calls for both of them from the address of the first",
    remedy: "put multi_domain = false into it, as bridgehead mailer exim --route prints it",
  });
}

function names(transports: readonly EximTransport[]): string {
  return listed(transports.map(({ name }) => name));
}
