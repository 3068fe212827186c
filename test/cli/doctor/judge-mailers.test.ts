import { expect, test } from "vitest";
import { eximTransports, judgeExim } from "../../../src/cli/doctor/judge/exim.ts";
import { judgePostfix, postfixServices } from "../../../src/cli/doctor/judge/postfix.ts";
import { eximSections } from "../../../src/mailers/exim.ts";
import { postfixSections } from "../../../src/mailers/postfix.ts";

const server = { group: "Mail", address: "192.0.2.100", networkName: "mail.example.org" };
const partner = { group: "Connector A", address: "2001:db8::5", networkName: "CONN_A" };
const domain = "partner.example";

/** Outcomes of a mailer, in their order. */
const outcomes = (told: ReturnType<typeof judgePostfix>) => told?.map(({ outcome }) => outcome);

const map = "proxy:socketmap:unix:/run/bridgehead/socketmap.sock:transport";
const postfix = {
  smtp_bind_address: server.address,
  smtp_bind_address6: "100::1",
  smtp_bind_address_enforce: "yes",
  smtp_helo_name: "Mail.example.org",
  transport_maps: `regexp:{ … } ${map}/Mail`,
  services: { smtp: {}, "bridgehead-mail.example.org": {} },
};

test("CL40 a Postfix that asks nobody is told of; one that asks has to be bound, and to nothing else", () => {
  const judged = (of: Partial<typeof postfix>) => outcomes(judgePostfix({ ...postfix, ...of }, [server]));
  expect(judged({})).toMatchObject([{ kind: "ok" }]);
  expect(judged({ transport_maps: "" })).toMatchObject([
    { kind: "warning", remedy: expect.stringContaining('bridgehead mailer postfix --group "Mail"') },
  ]);
  expect(judged({ smtp_bind_address_enforce: "no" })).toMatchObject([
    { kind: "failed", sentence: expect.stringContaining("smtp_bind_address_enforce is no") },
  ]);
  expect(judged({ smtp_bind_address: "192.0.2.7" })).toMatchObject([
    { kind: "failed", sentence: expect.stringContaining("192.0.2.7 and 100::1") },
  ]);
  expect(judged({ smtp_helo_name: "node1.example.org" })).toMatchObject([
    { kind: "warning", remedy: expect.stringContaining("smtp_helo_name") },
  ]);
  expect(judgePostfix(null, [server])).toBeNull();
  expect(judgePostfix(postfix, [])).toBeNull();
});

/** As `postconf` tells of what `mailer postfix --route` prints. */
const routed = (() => {
  const routes = [{ domain, group: partner.group, server: partner }];
  const [master, main] = postfixSections({ group: "Mail", relay: "[relay.example]:25" }, "/s", server, [], routes);
  const maps = /transport_maps =\n((?: .*\n)+)/.exec(main?.text ?? "")?.[1] ?? "";
  const services = (master?.text ?? "").split(/\n(?=\S)/).map((text) => text.trim().split(/\s+/));
  const commands = services.map(([name]) => `${name}/unix/command = smtp …`).join("\n");
  const options = services.flatMap(([name, ...words]) =>
    words.filter((word) => word.includes("=")).map((word) => `${name}/unix/${word.replace("=", " = ")}`),
  );
  return { ...postfix, transport_maps: maps, services: postfixServices(commands, options.join("\n")) };
})();

test("CL40 of a Postfix with routes each group and the service of each is looked at", () => {
  const both = [server, partner];
  expect(outcomes(judgePostfix(routed, both))).toMatchObject([{ kind: "ok" }]);
  expect(outcomes(judgePostfix(routed, [server]))).toMatchObject([
    {
      kind: "failed",
      sentence: "Postfix asks the agent for Connector A, which is no virtual server that may come to this host.",
      remedy: expect.stringContaining("Mail"),
    },
  ]);
  const moved = { ...partner, address: "2001:db8::6" };
  expect(outcomes(judgePostfix(routed, [server, moved]))).toMatchObject([
    {
      kind: "failed",
      sentence:
        "The service bridgehead-conn-a of Postfix is bound to 240.0.0.1 and 2001:db8::5, and Connector A has 2001:db8::6.",
    },
  ]);
  const renamed = { ...partner, networkName: "other.example.org" };
  expect(outcomes(judgePostfix(routed, [server, renamed]))).toMatchObject([
    { kind: "failed", sentence: expect.stringContaining("no service bridgehead-other.example.org") },
  ]);
  const service = routed.services["bridgehead-conn-a"];
  const withService = (of: object) => ({
    ...routed,
    services: { ...routed.services, "bridgehead-conn-a": { ...service, ...of } },
  });
  expect(outcomes(judgePostfix(withService({ smtp_helo_name: "x" }), both))).toMatchObject([{ kind: "warning" }]);
  expect(outcomes(judgePostfix(withService({ smtp_bind_address_enforce: "no" }), both))).toMatchObject([
    { kind: "failed", sentence: expect.stringContaining("bridgehead-conn-a") },
  ]);
  // In any spelling, and a service that says nothing is bound as main.cf says.
  expect(outcomes(judgePostfix(withService({ smtp_bind_address6: "2001:DB8:0::5" }), both))).toMatchObject([
    { kind: "ok" },
  ]);
});

const socket = "/run/bridgehead/agent.sock";
const asked = `\${readsocket{${socket}}{source-address Mail *\\n}{2s}{}{DEFER no-agent}}`;
const exim = { asked, transports: [] };

test("CL40 an Exim that asks nobody is told of; one that asks has to ask this agent, for a group of this host", () => {
  expect(outcomes(judgeExim(exim, [server], socket))).toMatchObject([{ kind: "ok" }]);
  expect(outcomes(judgeExim({ ...exim, asked: null }, [server], socket))).toMatchObject([{ kind: "warning" }]);
  expect(outcomes(judgeExim(exim, [server], "/run/other.sock"))).toMatchObject([{ kind: "failed" }]);
  expect(outcomes(judgeExim(exim, [{ ...server, group: "Mail 2" }], socket))).toMatchObject([
    { kind: "failed", remedy: expect.stringContaining("Mail 2") },
  ]);
  expect(judgeExim(null, [server], socket)).toBeNull();
});

const routes = [{ domain, group: partner.group }];
const printed = eximSections({ group: "Mail", socket, configFile: "/etc/bridgehead/agent.yaml", routes });
const asksForBoth = /BRIDGEHEAD_ASK = (.*)/.exec(printed[0]?.text ?? "")?.[1] ?? "";

test("CL40 of an Exim with routes each group is looked at, and not the first that fits alone", () => {
  const judged = (servers: Parameters<typeof judgeExim>[1]) =>
    outcomes(judgeExim({ asked: asksForBoth, transports: [] }, servers, socket));
  expect(judged([server, partner])).toMatchObject([
    { kind: "ok", sentence: expect.stringContaining("Connector A and Mail") },
  ]);
  expect(judged([partner])).toMatchObject([
    { kind: "failed", sentence: expect.stringContaining("for Mail, which is no virtual server") },
  ]);
  expect(judged([{ ...server, group: "Other" }])).toMatchObject([
    { kind: "failed", sentence: expect.stringContaining("for Connector A and Mail, which are no virtual servers") },
  ]);
});

test("CL40 each smtp transport of an Exim that asks takes its address from the answer, or is told of", () => {
  // As exim 4.96 prints them.
  const text = (name: string, lines: string) => `\n${name} transport:\n${lines.trim()}\n`;
  const options = (printed[2]?.text ?? "").replaceAll(/^ +/gm, "").replace("multi_domain = false", "no_multi_domain");
  const bound = text("remote_smtp", `driver = smtp\n${options}protocol = smtp`);
  const bare = text(
    "smarthost",
    "driver = smtp\nhelo_data = $primary_hostname\ninterface = \nmulti_domain\nprotocol = smtp",
  );
  const inside = text("dovecot", "driver = smtp\ninterface = \nprotocol = lmtp") + text("pipe", "driver = pipe");
  const judged = (transports: string, of = asked) =>
    outcomes(judgeExim({ asked: of, transports: eximTransports(transports) }, [server, partner], socket));
  expect(judged(bound + inside, asksForBoth)).toMatchObject([{ kind: "ok" }]);
  expect(judged(bound + bare)).toMatchObject([
    { kind: "warning", sentence: expect.stringContaining("smarthost"), remedy: expect.stringContaining("interface") },
  ]);
  const joined = bound.replace("no_multi_domain", "multi_domain");
  expect(judged(joined)).toMatchObject([{ kind: "ok" }]);
  expect(judged(joined, asksForBoth)).toMatchObject([
    {
      kind: "failed",
      sentence: expect.stringContaining("remote_smtp"),
      remedy: expect.stringContaining("multi_domain"),
    },
  ]);
});
