import { familyOf } from "../cluster/definition/ip-address.ts";
import type { Section, VirtualServer } from "./mailer.ts";
import { mostSpecificFirst, type Route } from "./routes.ts";

/** What a map of the agent's socketmap answers with: the transport of this group, to a relay or to wherever the mail is for. */
export type TransportMap = {
  readonly group: string;
  /** As `relayhost` of Postfix has it; a transport of its own has no other way to a relay (transport(5)). */
  readonly relay: string | null;
};

export const transportMapPrefix = "transport/";

/** The map's name; a colon or a blank would end it. */
export function transportMapName({ group, relay }: TransportMap): string {
  const parts = relay === null ? [group] : [group, relay];
  return transportMapPrefix + parts.map(encodeURIComponent).join("/");
}

/** Null: it is no name of such a map. */
export function transportMapOf(name: string): TransportMap | null {
  const [, group, relay] = /^transport\/([^/]+)(?:\/([^/]+))?$/.exec(name) ?? [];
  if (group === undefined) return null;
  try {
    return { group: decodeURIComponent(group), relay: relay === undefined ? null : decodeURIComponent(relay) };
  } catch {
    return null;
  }
}

/** The service of master.cf that calls for the virtual server of this name. */
export function transportName(networkName: string): string {
  return `bridgehead-${networkName.toLowerCase().replaceAll(/[^a-z0-9.-]/g, "-")}`;
}

/** What Postfix is answered while this node may call. */
export function calling(networkName: string, relay: string | null): string {
  return `${transportName(networkName)}:${relay ?? ""}`;
}

/** What Postfix is answered while this node may not call: its own service for what has to wait (RFC 3463: 4.3.2, not accepting now). */
export function waiting(reason: string): string {
  return `retry:4.3.2 bridgehead: ${reason}`;
}

/** On no host: class E (RFC 1112), and the discard-only prefix (RFC 6666). */
const nowhere = { smtp_bind_address: "240.0.0.1", smtp_bind_address6: "100::1" } as const;

/**
 * Postfix 3.7 or later. The map is routing, and Postfix keeps an answer for up to half a minute: what is then still sent is bound to the
 * virtual IP or deferred (`smtp_bind_address_enforce`; without it Postfix warns, and calls from the node). A destination of the other family is
 * bound to an address that is on no host, and so deferred. The same counts for every other smtp client of this Postfix (`main.cf`).
 *
 * A domain whose group is another one has a map before that of all others, and its group a service that is bound otherwise.
 *
 * @param localDomains what is delivered here and never sent, besides this host's names; `.example.org` stands for all below it
 * @param routed of each route also the virtual server of its group
 */
export function postfixSections(
  map: TransportMap,
  socketmap: string,
  server: VirtualServer,
  localDomains: readonly string[],
  routed: readonly RoutedServer[],
): Section[] {
  const everyClient = {
    ...boundTo(server),
    // A connection that is kept would outlive the answer that it was opened under.
    smtp_connection_cache_on_demand: "no",
    smtp_connection_cache_destinations: "",
  };
  const here = ["$myhostname", "localhost.$mydomain", "localhost"].map((name) => `@${name}`);
  const patterns = [...here, ...localDomains.map(patternOf)].map((pattern) => `{ /${pattern}$$/ : }`);
  const main = [
    "# What is delivered on this host: each domain of $mydestination and of virtual_*_domains stands here, or its mail loops.",
    "transport_maps =",
    // Only a table of patterns is asked for recipients, as the socketmap is; one of domains would be asked later, and in vain.
    `  regexp:{ ${patterns.join(" ")} }`,
    // What the first finds is the key for the second, whose answer is the same for every key; what it does not find goes on to the next line.
    ...mostSpecificFirst(routed).map(
      ({ domain, group }) =>
        `  pipemap:{ regexp:{ { /${patternOf(domain)}$$/ x } }, ${mapOf(socketmap, { ...map, group })} }`,
    ),
    `  ${mapOf(socketmap, map)}`,
    "# Where the map has no answer nothing is sent.",
    `default_transport = ${waiting("the map has no answer")}`,
    "relay_transport = $default_transport",
    "# Whatever else sends. One that stays inside is exempted in master.cf: -o smtp_bind_address= -o smtp_bind_address6=",
    ...Object.entries(everyClient).map(([name, value]) => `${name} = ${value}`),
  ];
  const own = serviceOf(server);
  const others = new Map(routed.map((route) => [serviceOf(route.server), optionsOf(route.server)]));
  others.delete(own);
  const services = [own, ...[...others].map(([service, options]) => `${service}${options}`)];
  return [
    { place: "/etc/postfix/master.cf", text: `${services.join("\n")}\n` },
    { place: "/etc/postfix/main.cf", text: `${main.join("\n")}\n` },
  ];
}

export type RoutedServer = Route & { readonly server: VirtualServer };

/** How an smtp client calls for a virtual server, or not at all. */
function boundTo({ address, networkName }: VirtualServer): Readonly<Record<string, string>> {
  const family = familyOf(address);
  return {
    ...nowhere,
    [family === 4 ? "smtp_bind_address" : "smtp_bind_address6"]: address,
    smtp_bind_address_enforce: "yes",
    smtp_address_preference: `ipv${family}`,
    smtp_helo_name: networkName,
  };
}

function serviceOf({ networkName }: VirtualServer): string {
  return `${transportName(networkName)} unix - - n - - smtp`;
}

/** What a service has otherwise than `main.cf` says. */
function optionsOf(server: VirtualServer): string {
  return Object.entries(boundTo(server))
    .map(([name, value]) => `\n  -o ${name}=${value}`)
    .join("");
}

/** Through proxymap, which is in no chroot. */
function mapOf(socketmap: string, map: TransportMap): string {
  return `proxy:socketmap:unix:${socketmap}:${transportMapName(map)}`;
}

function patternOf(domain: string): string {
  const name = domain.replaceAll(".", "\\.");
  return domain.startsWith(".") ? name : `@${name}`;
}
