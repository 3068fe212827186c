import { beforeAll, expect, test } from "vitest";
import { enumerationSchema } from "../../src/protocol/enumeration.ts";
import { ask, createExchange, exchange, expectProblem, json } from "./support.ts";

const at = "/clusters/enumerated";
const page = async (query: string) => enumerationSchema.strict().parse(await json(ask("GET", `${at}/enum?${query}`)));

beforeAll(async () => {
  await createExchange("enumerated");
});

test("EM1: all objects, with their types and numbers, and how many there are", async () => {
  const { objects, count, next } = await page("types=NODE,NETWORK,NETINTERFACE,GROUP");
  expect(objects).toEqual([
    { type: "NODE", typeNumber: 1, name: "NODE1" },
    { type: "NODE", typeNumber: 1, name: "NODE2" },
    { type: "GROUP", typeNumber: 8, name: "Exchange" },
    { type: "NETWORK", typeNumber: 16, name: "client" },
    { type: "NETINTERFACE", typeNumber: 32, name: "NODE1 - client" },
    { type: "NETINTERFACE", typeNumber: 32, name: "NODE2 - client" },
  ]);
  expect([count, next]).toEqual([6, null]);
  const everything = await page("");
  expect(everything.objects.map(({ type }) => type)).toContain("RESTYPE");
  expect(everything.count).toBe(everything.objects.length);
});

test("EM1: pages follow each other, whatever comes and goes between them", async () => {
  const first = await page("types=NODE,RESOURCE&limit=1");
  expect(first).toMatchObject({ objects: [{ name: "NODE1" }], count: 6, next: "NODE/NODE1" });
  const definition = exchange("enumerated");
  const { NODE1: _, ...others } = { ...definition.nodes, NODE0: { address: "127.0.1.9" } };
  const groups = { Exchange: { ...definition.groups.Exchange, preferredOwners: [] } };
  expect((await ask("PUT", at, { body: { ...definition, nodes: others, groups } })).status).toBe(200);
  const second = await page(`types=NODE,RESOURCE&limit=3&cursor=${encodeURIComponent(first.next ?? "")}`);
  expect(second.objects.map(({ name }) => name)).toEqual(["NODE2", "Disk E:", "Exchange IP"]);
  const third = await page(`types=NODE,RESOURCE&limit=3&cursor=${encodeURIComponent(second.next ?? "")}`);
  expect(third.objects.map(({ name }) => name)).toEqual(["Exchange MTA", "Exchange Name"]);
  expect(third.next).toBeNull();
});

test.each(["types=HOST", "types=", "cursor=x", "cursor=HOST/x", "limit=0", "limit=1001", "after=1"])(
  "EM1: %s is refused",
  async (query) => {
    const problem = await expectProblem(ask("GET", `${at}/enum?${query}`), "invalid-request");
    expect(problem.problems?.[0]?.path).toMatch(new RegExp(`^/${query.split("=")[0]}`));
  },
);
