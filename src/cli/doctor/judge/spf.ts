import type { Told } from "../check.ts";
import { failed, ok, type Outcome, skipped, warning } from "../outcome.ts";

/** RFC 7208 section 2.6. */
export const spfResults = ["none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"] as const;

/** What a domain says of mail of its own that comes from a virtual server. */
export type SenderPolicy = {
  readonly domain: string;
  /** It is that of the name that the virtual server greets with, and not one that senders have. */
  readonly isGreeting: boolean;
  readonly networkName: string;
  /** The address that the world sees. */
  readonly outside: string;
  readonly result: (typeof spfResults)[number];
  /** Its record as DNS has it; null: none was read. */
  readonly record: string | null;
  /** Of an error: what is wrong. */
  readonly why: string;
};

/** Null: it does not apply. */
export function judgePolicies(policies: readonly SenderPolicy[]): Told[] | null {
  if (policies.length === 0) return null;
  return policies.map((policy) => ({ subject: `SPF of ${policy.domain}`, outcome: judgePolicy(policy) }));
}

function judgePolicy({ domain, isGreeting, networkName, outside, result, record, why }: SenderPolicy): Outcome {
  const has = record === null ? "" : ` (${record})`;
  const because = why === "" ? "" : ` (${why})`;
  const mechanism = `${outside.includes(":") ? "ip6" : "ip4"}:${outside}`;
  switch (result) {
    case "pass":
      return ok(`${domain} lets ${networkName} send from ${outside}`);
    case "none":
      if (isGreeting) {
        return skipped(`${domain} has no SPF record`, `one is of use for what has no sender: v=spf1 ${mechanism} -all`);
      }
      return warning({
        what: `${domain} has no SPF record`,
        cost: "receivers cannot tell its mail from forged mail, and some refuse it",
        remedy: `make a record of type TXT: v=spf1 ${mechanism} -all, and list in it, before -all, all others that send for ${domain} too: mail from whom it does not name is refused`,
      });
    case "fail":
    case "softfail":
      return failed({
        what: `${domain} says that mail from ${outside} is forged${has}`,
        cost: `receivers refuse what ${networkName} sends for it, or take it for spam`,
        remedy: `put ${mechanism} into its record, before the mechanism "all"`,
      });
    case "neutral":
      return warning({
        what: `${domain} says nothing of mail from ${outside}${has}`,
        cost: "receivers take it as if there were no record",
        remedy: `put ${mechanism} into its record`,
      });
    case "permerror":
      return failed({
        what: `the SPF record of ${domain} cannot be evaluated${because}${has}`,
        cost: "receivers refuse its mail, or take it as if there were no record",
        remedy:
          "mend what stands in brackets: there is one record that begins with v=spf1, all of its terms and includes are right, and it takes no more than ten lookups (RFC 7208 section 4.6.4)",
      });
    case "temperror":
      return warning({
        what: `the SPF record of ${domain} could not be looked up${because}`,
        cost: "receivers that cannot either put its mail off",
        remedy: "try again; where it stays so, look at its name servers",
      });
  }
}
