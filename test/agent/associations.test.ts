import { expect, test } from "vitest";
import { createAssociationBook } from "../../src/agent/associations.ts";
import { limits } from "../../src/cluster/limits.ts";

const association = {
  group: "Exchange",
  partner: "peer.test",
  direction: "outbound",
  state: "open",
  localAddress: "127.0.1.100",
  remoteAddress: "127.0.1.99",
  reason: null,
} as const;

test("AG9 the latest association of each partner and direction is kept, newest last, with growing numbers", () => {
  const book = createAssociationBook();
  book.add(association);
  book.add({ ...association, direction: "inbound" });
  book.add({ ...association, state: "closed" });
  expect(book.list().map(({ n, direction, state }) => [n, direction, state])).toEqual([
    [2, "inbound", "open"],
    [3, "outbound", "closed"],
  ]);
});

test("AG9 there are as many as may be reported, the oldest goes, and no text is longer than may be reported", () => {
  const book = createAssociationBook();
  for (let n = 0; n < 100; n += 1) book.add({ ...association, partner: `peer${n}`, reason: "x".repeat(5_000) });
  const list = book.list();
  expect(list).toHaveLength(limits.associationsReported);
  expect(list.at(-1)).toMatchObject({ n: 100, partner: "peer99" });
  expect(list[0]?.reason).toHaveLength(1_024);
});
