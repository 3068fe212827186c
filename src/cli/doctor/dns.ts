import type { Resolver } from "node:dns/promises";
import { familyOf, reverseNameOf } from "../../cluster/definition/ip-address.ts";
import { hasCode } from "../../mta/error-code.ts";
import { codeOf, messageOf } from "../errors.ts";
import type { Advertised, MailServer } from "./judge/mail.ts";
import { type SenderPolicy, spfResults } from "./judge/spf.ts";
import { printable } from "./words.ts";

/** Milliseconds for a name server, and how often it is asked. */
export const nameServerPatience = { timeout: 1_000, tries: 2 } as const;

/** What DNS has for a virtual server's name and address. @param outside the address that the world sees */
export async function advertisedBy(server: MailServer, outside: string, resolver: Resolver): Promise<Advertised> {
  if (!server.networkName.includes(".")) return { server, outside, addresses: [], names: [] };
  const told = (asking: Promise<string[]>): Promise<string[] | string> =>
    asking.catch((error: unknown) => (isNone(error) ? [] : (codeOf(error) ?? messageOf(error))));
  const addresses =
    familyOf(outside) === 6 ? resolver.resolve6(server.networkName) : resolver.resolve4(server.networkName);
  // The resolver's own `reverse` reads /etc/hosts as well, where no receiver looks.
  return {
    server,
    outside,
    addresses: await told(addresses),
    names: await told(resolver.resolvePtr(reverseNameOf(outside))),
  };
}

/** DNS answered, and has no such record. */
function isNone(error: unknown): boolean {
  return hasCode(error, "ENOTFOUND", "ENODATA");
}

/** Milliseconds for one domain, with all that its record includes. */
const policyWithinMs = 2_000;

/**
 * What the SPF record of a domain says of mail that leaves from a virtual server (RFC 7208 `check_host`).
 * @param domain of the sender's address; that of the name it greets with is the policy for messages without one (section 2.4)
 */
export async function senderPolicy(
  { networkName }: MailServer,
  domain: string,
  outside: string,
  resolver: Resolver,
): Promise<SenderPolicy> {
  // It takes a third of a second to load, and most commands need nothing of it.
  const { spf } = await import("mailauth/lib/spf/index.js");
  const sender = `postmaster@${domain}`;
  const { status, rr } = await spf({
    ip: outside,
    helo: networkName,
    sender,
    mta: "doctor",
    strict: true,
    maxElapsedTime: policyWithinMs,
    // Its types know nothing of MX records, which it takes as Node has them.
    resolver: (name: string, type: string) => resolver.resolve(name, type) as Promise<string[]>,
  });
  const result = spfResults.find((known) => known === status.result) ?? "temperror";
  // Of an error the comment ends with what is wrong; before it is what is said here anyway.
  const [, why = ""] = String(status.comment).split(` ${sender}: `);
  const record = rr === undefined ? null : printable(rr);
  return { domain, isGreeting: domain === networkName, networkName, outside, result, record, why: printable(why) };
}
