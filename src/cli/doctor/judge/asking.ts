import type { Told } from "../check.ts";
import { failed, ok, type Outcome, warning } from "../outcome.ts";
import type { MailServer } from "./mail.ts";

/** What is found of a mailer: its troubles, or that there are none. */
export function toldOf(mailer: string, troubles: readonly (Outcome | null)[], well: string): Told[] {
  const found = troubles.filter((trouble) => trouble !== null);
  return (found.length === 0 ? [ok(well)] : found).map((outcome) => ({ subject: mailer, outcome }));
}

export function asksNobody(mailer: string, verb: string, servers: readonly MailServer[]): Outcome {
  const [{ group } = { group: "GROUP" }] = servers;
  return warning({
    what: `${mailer} on this host asks nobody from where to call`,
    cost: "what it sends leaves from this host's own address",
    remedy: `where it sends for a virtual server: bridgehead mailer ${verb} --group "${group}"; where it sends nothing for one, leave it as it is`,
  });
}

/** Of the groups that a mailer asks for those that never speak from this host; null: there are none. */
export function asksInVain(mailer: string, groups: readonly string[], servers: readonly MailServer[]): Outcome | null {
  const unknown = groups.filter((group) => servers.every((server) => server.group !== group));
  if (unknown.length === 0) return null;
  const are = unknown.length === 1 ? "is no virtual server" : "are no virtual servers";
  return failed({
    what: `${mailer} asks the agent for ${listed(unknown)}, which ${are} that may come to this host`,
    cost: "what it would send for them waits, until it is given up",
    remedy: `print its configuration anew, with groups of these: ${servers.map(({ group }) => group).join(", ")}`,
  });
}

/** A remedy. @param verb that of `bridgehead mailer` */
export function printAnew(verb: string): string {
  return `print its configuration anew, with its routes: bridgehead mailer ${verb} --group GROUP`;
}

export function listed(names: readonly string[]): string {
  const [last = "", ...others] = names.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(", ")} and ${last}`;
}
