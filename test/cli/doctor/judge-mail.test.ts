import { expect, test } from "vitest";
import {
  type Advertised,
  judgeAdvertised,
  judgeNamed,
  judgeSeen,
  judgeVerdicts,
  type Seen,
} from "../../../src/cli/doctor/judge/mail.ts";
import { judgePolicies, type SenderPolicy } from "../../../src/cli/doctor/judge/spf.ts";
import { serversFor } from "../../../src/cli/doctor/mail.ts";
import type { Verdict } from "../../../src/cluster/questions/verdict.ts";
import { parseDefinition } from "../../../src/protocol/definition.ts";

const server = { group: "Mail", address: "192.0.2.100", networkName: "mail.example.org" };
const only = (told: ReturnType<typeof judgeSeen>) => told?.[0]?.outcome;

const verdict = (of: Verdict) => only(judgeVerdicts([{ server, verdict: of }]));

test("CL39 what is bound: an address, or why mail waits here; what may never speak here has failed", () => {
  const bind = { decision: "BIND", address: server.address, prefix: 24, networkName: server.networkName } as const;
  expect(verdict({ ...bind, epoch: 3, validForMs: 900 })).toMatchObject({
    kind: "ok",
    sentence: "mail.example.org speaks from 192.0.2.100 here, under epoch 3.",
  });
  expect(verdict({ decision: "DEFER", reason: "standby", retryAfterMs: 500 })).toMatchObject({
    kind: "ok",
    sentence: expect.stringContaining("(standby)"),
  });
  expect(verdict({ decision: "DENY", reason: "not-a-virtual-server" })).toMatchObject({ kind: "failed" });
  expect(judgeVerdicts([])).toBeNull();
});

const witness = "the control plane";
const seen = (of: Seen["seen"], expected = server.address) =>
  only(judgeSeen([{ server, witness, expected, seen: of }]));

test("CL39 what the world sees: the virtual IP, or the address that the configuration names for it, and no other", () => {
  expect(seen({ kind: "as", address: server.address })?.kind).toBe("ok");
  expect(seen({ kind: "as", address: "203.0.113.5" }, "203.0.113.5")).toMatchObject({
    kind: "ok",
    sentence: expect.stringContaining("outsideAddresses"),
  });
  expect(seen({ kind: "as", address: "203.0.113.5" })).toMatchObject({
    kind: "failed",
    remedy: expect.stringContaining('outsideAddresses: { "192.0.2.100": "203.0.113.5" }'),
  });
  expect(seen({ kind: "unreached", why: "EHOSTUNREACH" })?.kind).toBe("warning");
  expect(seen({ kind: "unreached", why: "EHOSTUNREACH" })).toMatchObject({ remedy: expect.stringContaining("routes") });
  // Packets find their way there and back.
  expect(seen({ kind: "odd", why: "it ended the connection" })).toMatchObject({
    kind: "warning",
    sentence:
      "The control plane is reached from 192.0.2.100, and does not answer mail.example.org as it should (it ended the connection).",
    remedy: expect.not.stringContaining("route"),
  });
  expect(seen({ kind: "untold" })?.kind).toBe("skipped");
  expect(seen({ kind: "refused", why: "554 you are on a list" })).toMatchObject({
    kind: "warning",
    sentence: "The control plane refuses mail.example.org at 192.0.2.100: 554 you are on a list.",
  });
});

const advertised = (of: Partial<Advertised>) =>
  only(
    judgeAdvertised([
      { server, outside: server.address, addresses: [server.address], names: ["Mail.Example.org"], ...of },
    ]),
  );

test("CL39 what is advertised: the name leads to the address that is seen, and that back to the name", () => {
  expect(advertised({})?.kind).toBe("ok");
  expect(advertised({ addresses: ["192.0.2.7"] })).toMatchObject({
    kind: "warning",
    sentence: "mail.example.org has 192.0.2.7 in DNS, and mail comes from 192.0.2.100.",
    remedy: "Make a record: mail.example.org A 192.0.2.100.",
  });
  expect(advertised({ names: [] })).toMatchObject({
    kind: "warning",
    sentence: expect.stringContaining("has no name"),
  });
  expect(advertised({ names: "ETIMEOUT" })).toMatchObject({
    sentence: expect.stringContaining("ETIMEOUT"),
    // What no server was reached for may be there.
    remedy: expect.not.stringContaining("PTR"),
  });
  expect(advertised({ addresses: "ESERVFAIL" })).toMatchObject({ sentence: expect.stringContaining("ESERVFAIL") });
  const outside = "2001:db8::1";
  expect(advertised({ outside })).toMatchObject({ remedy: expect.stringContaining("AAAA 2001:db8::1") });
  expect(
    only(judgeAdvertised([{ server: { ...server, networkName: "MAILVS" }, outside, addresses: [], names: [] }])),
  ).toMatchObject({ kind: "skipped", sentence: "MAILVS is no name of DNS." });
});

test("CL39 a group and an address that a configuration names and no virtual server has are told, with those that there are", () => {
  const named = (of: Partial<Parameters<typeof judgeNamed>[0]>) =>
    judgeNamed({ senderDomains: {}, outsideAddresses: {}, ...of }, [
      server,
      { ...server, group: "Two", address: "2001:DB8::5" },
    ]);
  expect(
    named({ senderDomains: { Mail: ["example.org"] }, outsideAddresses: { "2001:db8::5": "2001:db8::6" } }),
  ).toBeNull();
  expect(named({ senderDomains: { mail: ["example.org"], Post: [] } })).toMatchObject([
    {
      outcome: {
        kind: "warning",
        sentence: "senderDomains has mail and Post, which no virtual server's group is called.",
        remedy: expect.stringContaining("Mail, Two"),
      },
    },
  ]);
  expect(named({ outsideAddresses: { "192.0.2.7": "203.0.113.5" } })).toMatchObject([
    {
      outcome: {
        kind: "warning",
        sentence: "outsideAddresses has 192.0.2.7, which no virtual server has.",
        remedy: expect.stringContaining("192.0.2.100, 2001:DB8::5"),
      },
    },
  ]);
});

const policy = (of: Partial<SenderPolicy>) =>
  only(
    judgePolicies([
      {
        domain: "example.org",
        isGreeting: false,
        networkName: server.networkName,
        outside: server.address,
        result: "pass",
        record: "v=spf1 ip4:192.0.2.7 -all",
        why: "",
        ...of,
      },
    ]),
  );

test("CL41 a domain that says of the virtual IP that it forges its mail has failed, and what its record lacks is said", () => {
  expect(policy({})).toMatchObject({ kind: "ok" });
  expect(policy({ result: "fail" })).toMatchObject({
    kind: "failed",
    sentence: "example.org says that mail from 192.0.2.100 is forged (v=spf1 ip4:192.0.2.7 -all).",
    remedy: expect.stringContaining("ip4:192.0.2.100"),
  });
  expect(policy({ result: "softfail", outside: "2001:db8::1" })).toMatchObject({
    kind: "failed",
    remedy: expect.stringContaining("ip6:2001:db8::1"),
  });
  expect(policy({ result: "neutral" })?.kind).toBe("warning");
  const broken = (why: string, record: string | null) => policy({ result: "permerror", record, why });
  expect(broken("multiple SPF records found for example.org", null)).toMatchObject({
    kind: "failed",
    sentence: expect.stringContaining("(multiple SPF records found for example.org)"),
    remedy: expect.stringContaining("one record"),
  });
  expect(broken("Too many DNS requests", "v=spf1 include:a.example -all")).toMatchObject({
    kind: "failed",
    sentence: expect.stringMatching(/Too many DNS requests.*include:a\.example/),
    remedy: expect.stringContaining("ten lookups"),
  });
  expect(broken("\u001b[31m", "v=spf1 \u001b]0;\u009b")).toMatchObject({
    sentence: expect.not.stringMatching(/\p{C}/u),
  });
  expect(policy({ result: "temperror", record: null })?.kind).toBe("warning");
});

test("CL41 a domain of senders without a policy is a warning; the name that is greeted with needs none", () => {
  expect(policy({ result: "none", record: null })).toMatchObject({
    kind: "warning",
    remedy: expect.stringMatching(/v=spf1 ip4:192\.0\.2\.100 -all.*all others/),
  });
  expect(policy({ result: "none", record: null, isGreeting: true })?.kind).toBe("skipped");
  expect(judgePolicies([])).toBeNull();
});

test("CL39 the virtual servers are those that may come to this node", () => {
  const resources = {
    IP: { type: "IP Address", properties: { Address: server.address, SubnetMask: "255.255.255.0", Network: "client" } },
    Name: { type: "Network Name", dependsOn: ["IP"], properties: { Name: server.networkName } },
  };
  const parsed = parseDefinition({
    cluster: "mail",
    networks: { client: { cidr: "192.0.2.0/24" } },
    nodes: { NODE1: { address: "192.0.2.1" }, NODE2: { address: "192.0.2.2" } },
    groups: {
      Mail: { resources },
      Elsewhere: {
        resources: {
          "IP 2": {
            ...resources.IP,
            possibleOwners: ["NODE2"],
            properties: { ...resources.IP.properties, Address: "192.0.2.101" },
          },
          "Name 2": { ...resources.Name, dependsOn: ["IP 2"], properties: { Name: "other.example.org" } },
        },
      },
      Disk: { resources: {} },
    },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  expect(serversFor(parsed.definition, "NODE1")).toEqual([server]);
  expect(serversFor(parsed.definition, "NODE2").map(({ group }) => group)).toEqual(["Mail", "Elsewhere"]);
});
