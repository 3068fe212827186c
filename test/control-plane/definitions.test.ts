import { expect, test } from "vitest";
import { ask, exchange, expectProblem } from "./support.ts";

type Document = ReturnType<typeof exchange>;
type Loose = Record<string, unknown>;

/** The case's definition with one thing wrong. */
function broken(change: (document: Document, resources: Record<string, Loose>) => void): Document {
  const document = exchange("definitions");
  change(document, document.groups.Exchange.resources as Record<string, Loose>);
  return document;
}

const group = "/groups/Exchange";
const resources = `${group}/resources`;
const second = (address: string, name: string) => ({
  resources: {
    IP: { type: "IP Address", properties: { Address: address, SubnetMask: "255.255.255.0", Network: "client" } },
    Name: { type: "Network Name", dependsOn: ["IP"], properties: { Name: name } },
  },
});

const cases: readonly [what: string, document: unknown, path: string, code: string][] = [
  ["no object", [], "", "wrong-type"],
  ["no name", { nodes: {} }, "/cluster", "required"],
  ["an unknown key", { ...exchange("definitions"), quorum: 1 }, "/quorum", "unknown-key"],
  [
    "a key that is none",
    JSON.parse('{"cluster":"definitions","groups":{"__proto__":{}}}'),
    "/groups/__proto__",
    "unknown-key",
  ],
  ["an unknown preset", { ...exchange("definitions"), lease: "fast" }, "/lease", "wrong-value"],
  [
    "a lease renewed too seldom",
    { ...exchange("definitions"), lease: { ttlMs: 2000, renewMs: 501 } },
    "/lease/renewMs",
    "lease-renew",
  ],
  [
    "a ttl that is text",
    { ...exchange("definitions"), lease: { ttlMs: "2s", renewMs: 500 } },
    "/lease/ttlMs",
    "wrong-type",
  ],
  [
    "a reserved name",
    broken((d) => Object.assign(d.nodes, { UNKNOWN: { address: "127.0.1.9" } })),
    "/nodes/UNKNOWN",
    "name-invalid",
  ],
  ["a name with a slash", broken((d) => Object.assign(d.groups, { "a/b": {} })), "/groups/a~1b", "name-invalid"],
  [
    "two names that differ in case only",
    broken((d) => Object.assign(d.nodes, { node1: { address: "127.0.1.9" } })),
    "/nodes/node1",
    "name-twice",
  ],
  [
    "a cycle",
    broken((_, r) => Object.assign(r["Exchange IP"] ?? {}, { dependsOn: ["Exchange Name"] })),
    `${resources}/Exchange IP/dependsOn`,
    "dependency-cycle",
  ],
  [
    "a dependency on a missing resource",
    broken((_, r) => Object.assign(r["Disk E:"] ?? {}, { dependsOn: ["Disk F:"] })),
    `${resources}/Disk E:/dependsOn/0`,
    "no-such-resource",
  ],
  [
    "an address outside of its network",
    broken((_, r) => Object.assign(r["Exchange IP"]?.["properties"] as Loose, { Address: "192.0.2.1" })),
    `${resources}/Exchange IP/properties/Address`,
    "address-outside-network",
  ],
  [
    "two groups with one address",
    broken((d) => Object.assign(d.groups, { Second: second("127.0.1.100", "SECOND") })),
    "/groups/Second/resources/IP/properties/Address",
    "address-twice",
  ],
  [
    "two groups with one network name",
    broken((d) => Object.assign(d.groups, { Second: second("127.0.1.101", "exchvs") })),
    "/groups/Second/resources/Name/properties/Name",
    "name-twice",
  ],
  [
    "an unknown property",
    broken((_, r) => Object.assign(r["Exchange MTA"]?.["properties"] as Loose, { Prot: 102 })),
    `${resources}/Exchange MTA/properties/Prot`,
    "unknown-property",
  ],
  [
    "an unknown type",
    broken((_, r) => Object.assign(r["Disk E:"] ?? {}, { type: "Floppy Disk" })),
    `${resources}/Disk E:/type`,
    "unknown-type",
  ],
  [
    "a property that is a list",
    broken((_, r) => Object.assign(r["Exchange MTA"]?.["properties"] as Loose, { Port: ["102"] })),
    `${resources}/Exchange MTA/properties/Port`,
    "property-type",
  ],
  [
    "an owner that is no node",
    broken((d) => d.groups.Exchange.preferredOwners.push("NODE9")),
    `${group}/preferredOwners/2`,
    "no-such-node",
  ],
];

test.each(cases)("HT5: %s is refused at its place", async (_, document, path, code) => {
  const problem = await expectProblem(ask("PUT", "/clusters/definitions", { body: document }), "invalid-definition");
  expect(problem.problems).toContainEqual(expect.objectContaining({ path, code }));
  await expectProblem(ask("GET", "/clusters/definitions"), "cluster-not-found");
});

test("HT5: all that is wrong is said at once", async () => {
  const document = broken((d, r) => {
    Object.assign(r["Disk E:"] ?? {}, { type: "Floppy Disk" });
    d.groups.Exchange.preferredOwners.push("NODE9");
    d.nodes.NODE2.address = "127.0.1.1";
  });
  const { problems } = await expectProblem(
    ask("PUT", "/clusters/definitions", { body: document }),
    "invalid-definition",
  );
  expect(problems).toHaveLength(3);
});
