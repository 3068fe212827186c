import { transportMapPrefix } from "../../../mailers/postfix.ts";
import { failed, ok, type Outcome, warning } from "../outcome.ts";
import type { MailServer } from "./mail.ts";

/** What Postfix on this host is told of its source; null: there is no Postfix, or nobody may ask it. */
export type PostfixSettings = {
  readonly smtp_bind_address: string;
  readonly smtp_bind_address6: string;
  readonly smtp_bind_address_enforce: string;
  readonly smtp_helo_name: string;
  readonly transport_maps: string;
};

/** Null: it does not apply. @param servers the virtual servers that may come to this host */
export function judgePostfix(settings: PostfixSettings | null, servers: readonly MailServer[]): Outcome | null {
  if (settings === null || servers.length === 0) return null;
  const { transport_maps: maps, smtp_bind_address_enforce: enforce } = settings;
  if (!maps.includes(`:${transportMapPrefix}`)) return warning(asksNobody("Postfix", "postfix", servers));
  if (enforce !== "yes") {
    return failed({
      what: `Postfix asks the agent, and smtp_bind_address_enforce is ${enforce}`,
      cost: "while the virtual IP is elsewhere it writes a warning, and calls from this host's own address",
      remedy: "set it to yes, as bridgehead mailer postfix prints it",
    });
  }
  const bound = [settings.smtp_bind_address, settings.smtp_bind_address6];
  const server = servers.find(({ address }) => bound.includes(address));
  if (server !== undefined) return judgeHelo(settings.smtp_helo_name, server);
  return failed({
    what: `Postfix asks the agent, and is bound to ${bound.filter((one) => one !== "").join(" and ") || "nothing"}`,
    cost: "what it sends does not leave from a virtual IP of this host",
    remedy: "print its configuration anew: bridgehead mailer postfix --group GROUP",
  });
}

/** What is said in EHLO is what receivers look for in DNS: another name than the one that is looked at here is looked at by nobody. */
function judgeHelo(said: string, { address, networkName }: MailServer): Outcome {
  if (said.toLowerCase() === networkName.toLowerCase())
    return ok(`Postfix asks the agent, and is bound to ${address} under the name ${networkName}, or sends nothing`);
  return warning({
    what: `Postfix is bound to ${address}, and greets as ${said}, not as ${networkName}`,
    cost: "receivers look for a name in DNS that may not lead to this address, and partners do not know it",
    remedy: `set smtp_helo_name to ${networkName}, as bridgehead mailer postfix prints it`,
  });
}

/** What Exim on this host asks; `null`: nobody. */
export type EximSettings = { readonly asked: string | null };

/** Null: it does not apply. @param socket the agent's local socket */
export function judgeExim(
  settings: EximSettings | null,
  servers: readonly MailServer[],
  socket: string,
): Outcome | null {
  if (settings === null || servers.length === 0) return null;
  const { asked } = settings;
  if (asked === null) return warning(asksNobody("Exim", "exim", servers));
  if (!asked.includes(`{${socket}}`)) {
    return failed({
      what: `Exim asks at another socket than ${socket}, where the agent answers`,
      cost: "all that it would send waits",
      remedy: "print its configuration anew: bridgehead mailer exim --group GROUP",
    });
  }
  const server = servers.find(({ group }) => asked.includes(`{source-address ${group} `));
  if (server !== undefined) return ok(`Exim asks the agent for ${server.group}, and holds what it may not send`);
  return failed({
    what: "Exim asks the agent for a group that may not come to this host",
    cost: "all that it would send waits",
    remedy: `name one of these: ${servers.map(({ group }) => group).join(", ")}`,
  });
}

function asksNobody(name: string, verb: string, servers: readonly MailServer[]) {
  const [{ group } = { group: "GROUP" }] = servers;
  return {
    what: `${name} on this host asks nobody from where to call`,
    cost: "what it sends leaves from this host's own address",
    remedy: `where it sends for a virtual server: bridgehead mailer ${verb} --group "${group}"; where it sends nothing for one, leave it as it is`,
  };
}
