import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hints } from "../../src/cli/hints.ts";
import { maxRoutes } from "../../src/mailers/routes.ts";
import { clusterView, groupView } from "../dashboard/views.ts";
import { otherSide, run } from "./support.ts";

let folder = "";
let other: Awaited<ReturnType<typeof otherSide>> | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-routes-"));
  writeFileSync(join(folder, "agent.yaml"), "node: NODE1\ncluster: exchange\nsocket: a.sock\nsocketmap: m.sock\n");
});
afterEach(() => {
  other?.close();
  other = null;
  rmSync(folder, { recursive: true, force: true });
});

const mailers = ["exim", "postfix", "haraka", "node"] as const;
const mailer = (name: string, ...more: string[]) =>
  run("mailer", name, "--group", "Mail 1", "--config", join(folder, "agent.yaml"), ...more);
const route = (...routes: readonly string[]): string[] => routes.flatMap((one) => ["--route", one]);
const partners = route(".partner.example=Connector A", "Deep.Partner.example=Mail 1", "partner.example=Connector A");

async function controlPlane(names: Readonly<Record<string, string | null>> = {}): Promise<void> {
  const servers = { "Mail 1": "MAILVS", "Connector A": "a.example", ...names };
  const groups = Object.entries(servers).map(([group, networkName], index) => {
    const address = group === "Connector A" ? "2001:db8::101" : `192.0.2.${100 + index}`;
    return [group, groupView({ address: networkName === null ? null : address, networkName })];
  });
  const body = clusterView({ groups: Object.fromEntries(groups) as Record<string, ReturnType<typeof groupView>> });
  other = await otherSide(() => ({ status: 200, body }));
}

test("MA7 Postfix has a map for each domain, the most specific first, and a service for each virtual server", async () => {
  await controlPlane();
  const { code, out, err } = await mailer("postfix", ...partners, "--relay", "relay.example:587");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain(`# /etc/postfix/master.cf
bridgehead-mailvs unix - - n - - smtp
bridgehead-a.example unix - - n - - smtp
  -o smtp_bind_address=240.0.0.1
  -o smtp_bind_address6=2001:db8::101
  -o smtp_bind_address_enforce=yes
  -o smtp_address_preference=ipv6
  -o smtp_helo_name=a.example

`);
  const map = `proxy:socketmap:unix:${join(folder, "m.sock")}:transport`;
  expect(out).toContain(`
  pipemap:{ regexp:{ { /@deep\\.partner\\.example$$/ x } }, ${map}/Mail%201/relay.example%3A587 }
  pipemap:{ regexp:{ { /\\.partner\\.example$$/ x } }, ${map}/Connector%20A/relay.example%3A587 }
  pipemap:{ regexp:{ { /@partner\\.example$$/ x } }, ${map}/Connector%20A/relay.example%3A587 }
  ${map}/Mail%201/relay.example%3A587
`);
  expect(out).toContain("smtp_bind_address = 192.0.2.100\n");
});

test("MA7 Exim asks for the group of the most specific domain, and for one domain at a time", async () => {
  const { out } = await mailer("exim", ...partners);
  const ask = (group: string): string =>
    `\${readsocket{${join(folder, "a.sock")}}{source-address ${group} *\\n}{2s}{}{DEFER no-agent}}`;
  const partner = `\${if match_domain{$domain}{partner.example}{${ask("Connector A")}}{${ask("Mail 1")}}}`;
  const below = `\${if match_domain{$domain}{*.partner.example}{${ask("Connector A")}}{${partner}}}`;
  expect(out).toContain(
    `BRIDGEHEAD_ASK = \${if match_domain{$domain}{deep.partner.example}{${ask("Mail 1")}}{${below}}}\n`,
  );
  expect(out).toContain("  multi_domain = false");
  expect((await mailer("exim")).out).not.toMatch(/multi_domain|match_domain/);
});

test("MA7 Haraka's hook and a program on Node take the group by the domain", async () => {
  const routes = `routes: ${JSON.stringify({
    ".partner.example": "Connector A",
    "deep.partner.example": "Mail 1",
    "partner.example": "Connector A",
  })} }`;
  expect((await mailer("haraka", ...partners)).out).toContain(routes);
  const { out } = await mailer("node", ...partners);
  expect(out).toContain(`const addressesFor = routedSourceAddresses({ group: "Mail 1", `);
  expect(out).toContain(routes);
  expect(out).toContain("send(domain, host, port, message)");
});

const refused: [string, string[], string][] = [
  ["no group", route("partner.example"), "a domain and a group"],
  ["a group that no cluster has", route("partner.example="), "no name of a group"],
  ["a blank behind the group", route("partner.example=Connector A "), "no name of a group"],
  ["a blank before the group", route("partner.example= Connector A"), "no name of a group"],
  ["a domain that is none", route("a/b=Connector A"), "a/b is no domain"],
  ["no domain", route("=Connector A"), "Nothing is no domain"],
  ["a domain twice", route("a.example=Mail 1", "A.example=Connector A"), "a.example is given twice"],
  ["too many", route(...Array.from({ length: maxRoutes + 1 }, (_, n) => `d${n}.example=Mail 1`)), "may be 64"],
];
test.each(mailers.flatMap((name) => refused.map(([what, more, told]) => ({ name, what, more, told }))))(
  "MA7 for $name a route with $what is wrong usage, and nothing is printed",
  async ({ name, more, told }) => {
    const { code, out, err } = await mailer(name, ...more);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(told);
  },
);

test("MA7 a group that the cluster does not have, or that is no virtual server, is refused by name", async () => {
  await controlPlane({ Disk: null });
  const none = await mailer("postfix", ...route("partner.example=Connector B"));
  expect(none).toMatchObject({ code: 1, out: "" });
  expect(none.err).toContain("There is no group Connector B in cluster exchange");
  expect(none.err).toContain(hints["group-not-found"]);
  const disk = await mailer("postfix", ...route("partner.example=Disk"));
  expect(disk).toMatchObject({ code: 1, out: "" });
  expect(disk.err).toContain("Disk is no virtual server");
});

test("MA7 a group whose name was written in other capitals is told as it was given", async () => {
  await controlPlane();
  const { code, out, err } = await mailer("postfix", ...route("partner.example=connector a"));
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err.replaceAll(/\s+/g, " ")).toContain(
    "There is no group connector a in cluster exchange; there is Connector A, and a name is written as it was given",
  );
});

test("MA7 two groups whose services Postfix could not tell apart are refused", async () => {
  await controlPlane({ "Connector A": "MAIL_1", "Connector B": "MAIL-1" });
  const { code, out, err } = await mailer("postfix", ...route("a.example=Connector A", "b.example=Connector B"));
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain("Connector A and Connector B would both have bridgehead-mail-1");
});

test.each([
  [
    "an address of one's own",
    ["--address", "192.0.2.100", "--name", "MAILVS"],
    "--address and --name do not go with --route",
  ],
  ["a domain that is delivered here", ["--local", "Partner.example"], "partner.example is delivered on this host"],
  ["one below what is delivered here", ["--local", ".Example"], "partner.example is delivered on this host"],
])("MA7 for Postfix a route beside %s is wrong usage", async (_, more, told) => {
  const { code, out, err } = await mailer("postfix", ...route("partner.example=Connector A"), ...more);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(told);
});
