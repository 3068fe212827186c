import { canonicalAddress } from "../../../mta/canonical-address.ts";
import { transportMapOf, transportMapPrefix, transportName } from "../../../mailers/postfix.ts";
import type { Told } from "../check.ts";
import { failed, type Outcome, warning } from "../outcome.ts";
import { asksInVain, asksNobody, listed, printAnew, toldOf } from "./asking.ts";
import type { MailServer } from "./mail.ts";

/** How an smtp client of Postfix calls. */
type Client = {
  readonly smtp_bind_address: string;
  readonly smtp_bind_address6: string;
  readonly smtp_bind_address_enforce: string;
  readonly smtp_helo_name: string;
};

/** What Postfix on this host is told of its source. */
export type PostfixSettings = Client & {
  readonly transport_maps: string;
  /** The unix services of `master.cf`, and what each has otherwise than `main.cf` says. */
  readonly services: Readonly<Record<string, Partial<Client>>>;
};

/** @param commands of services, as `postconf -F` prints them @param parameters as `postconf -P` does */
export function postfixServices(commands: string, parameters: string): PostfixSettings["services"] {
  const services = new Map<string, Record<string, string>>();
  for (const [, name = ""] of commands.matchAll(/^([^/\n]+)\/unix\/command = /gm)) services.set(name, {});
  for (const [, name = "", setting = "", value = ""] of parameters.matchAll(/^([^/\n]+)\/unix\/(\w+) = ?(.*)$/gm)) {
    const service = services.get(name);
    if (service !== undefined) service[setting] = value;
  }
  return Object.fromEntries(services);
}

/** Null: it does not apply. @param settings null: there is no Postfix, or nobody may ask it @param servers those that may come to this host */
export function judgePostfix(settings: PostfixSettings | null, servers: readonly MailServer[]): Told[] | null {
  if (settings === null || servers.length === 0) return null;
  const groups = groupsOf(settings.transport_maps);
  if (groups.length === 0) return toldOf("Postfix", [asksNobody("Postfix", "postfix", servers)], "");
  const called = servers.filter(({ group }) => groups.includes(group));
  // The services of its groups begin with what counts for all: where that is wrong it is told once.
  const ofAll = judgeEveryClient(settings, servers);
  const ofServices = ofAll === null ? called.map((server) => judgeService(settings, server)) : [ofAll];
  const bound = called.map(({ address, networkName }) => `${address} under the name ${networkName}`);
  return toldOf(
    "Postfix",
    [asksInVain("Postfix", groups, servers), ...ofServices],
    `Postfix asks the agent, and is bound to ${listed(bound)}, or sends nothing`,
  );
}

/** Of all maps that ask the agent; a name that is no map's counts as the group that it looks like. */
function groupsOf(maps: string): string[] {
  const names = maps.matchAll(new RegExp(`:(${transportMapPrefix}[^\\s{},]+)`, "g"));
  const groups = [...names].map(
    ([, name = ""]) => transportMapOf(name)?.group ?? name.slice(transportMapPrefix.length),
  );
  return [...new Set(groups)];
}

/** What counts for each client that has nothing of its own. */
function judgeEveryClient(settings: PostfixSettings, servers: readonly MailServer[]): Outcome | null {
  if (settings.smtp_bind_address_enforce !== "yes") return notEnforced("Postfix asks the agent, and", settings);
  if (servers.some((server) => isBoundTo(settings, server))) return null;
  return failed({
    what: `Postfix asks the agent, and is bound to ${boundTo(settings)}`,
    cost: "what it sends does not leave from a virtual IP of this host",
    remedy: printAnew("postfix"),
  });
}

/** The service that calls for a virtual server. */
function judgeService(settings: PostfixSettings, server: MailServer): Outcome | null {
  const { group, address, networkName } = server;
  const name = transportName(networkName);
  const own = Object.hasOwn(settings.services, name) ? settings.services[name] : undefined;
  if (own === undefined) {
    return failed({
      what: `Postfix has no service ${name}, which calls for ${group}`,
      cost: `what it would send for ${group} waits, until it is given up`,
      remedy: printAnew("postfix"),
    });
  }
  const client = { ...settings, ...own };
  if (client.smtp_bind_address_enforce !== "yes")
    return notEnforced(`The service ${name} of Postfix is there, and`, client);
  if (!isBoundTo(client, server)) {
    return failed({
      what: `the service ${name} of Postfix is bound to ${boundTo(client)}, and ${group} has ${address}`,
      cost: `what it would send for ${group} waits, or leaves from the address of another one`,
      remedy: printAnew("postfix"),
    });
  }
  if (client.smtp_helo_name.toLowerCase() === networkName.toLowerCase()) return null;
  // What is said in EHLO is what receivers look for in DNS: another name than the one that is looked at here is looked at by nobody.
  return warning({
    what: `Postfix is bound to ${address}, and greets as ${client.smtp_helo_name}, not as ${networkName}`,
    cost: "receivers look for a name in DNS that may not lead to this address, and partners do not know it",
    remedy: `set smtp_helo_name of ${name} to ${networkName}, as bridgehead mailer postfix prints it`,
  });
}

function notEnforced(who: string, { smtp_bind_address_enforce: enforce }: Client): Outcome {
  return failed({
    what: `${who} smtp_bind_address_enforce is ${enforce}`,
    cost: "while the virtual IP is elsewhere it writes a warning, and calls from this host's own address",
    remedy: "set it to yes, as bridgehead mailer postfix prints it",
  });
}

function isBoundTo(client: Client, { address }: MailServer): boolean {
  return addressesOf(client).map(canonicalAddress).includes(canonicalAddress(address));
}

function boundTo(client: Client): string {
  return listed(addressesOf(client).filter((address) => address !== "")) || "nothing";
}

function addressesOf({ smtp_bind_address: four, smtp_bind_address6: six }: Client): string[] {
  return [four, six];
}
