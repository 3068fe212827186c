import { expect, test } from "vitest";
import { holdNews } from "../../src/agent/hold-words.ts";
import { type HoldMode, noOrders, type Orders } from "../../src/agent/orders.ts";

function ordersOf(modes: Readonly<Record<string, HoldMode>>): Orders {
  const holds = Object.entries(modes).map(([id, mode]) => {
    const [group = "", epoch] = id.split("#");
    return { group, epoch: Number(epoch), mode, resources: {}, observe: false, heldBefore: {}, unfenced: [] };
  });
  return { ...noOrders, holds };
}
const up: HoldMode = { kind: "up", deadline: 1 };
const later: HoldMode = { kind: "up", deadline: 2 };
const down: HoldMode = { kind: "down", deadline: null };

test.each<[what: string, before: Orders | null, after: Orders, codes: string[]]>([
  ["nothing is said of none", null, noOrders, []],
  ["a group that comes is the node's", null, ordersOf({ "Mail#3": up }), ["owns Mail 3"]],
  ["a renewal is no news", ordersOf({ "Mail#3": up }), ordersOf({ "Mail#3": later }), []],
  ["one that is to go leaves", ordersOf({ "Mail#3": up }), ordersOf({ "Mail#3": down }), ["gives-up Mail 3"]],
  [
    "one whose lease is over leaves",
    ordersOf({ "Mail#3": up }),
    ordersOf({ "Mail#3": { kind: "cut" } }),
    ["gives-up Mail 3"],
  ],
  ["that it still leaves is no news", ordersOf({ "Mail#3": down }), ordersOf({ "Mail#3": { kind: "cut" } }), []],
  ["one that is named no more has left", ordersOf({ "Mail#3": down }), noOrders, ["owns-no-more Mail 3"]],
  [
    "another epoch is another ownership",
    ordersOf({ "Mail#3": up }),
    ordersOf({ "Mail#4": up }),
    ["owns-no-more Mail 3", "owns Mail 4"],
  ],
])("AM8 %s", (_what, before, after, expected) => {
  const said = holdNews(before, after);
  expect(
    said.map(
      ({ code, sentence }) => `${code} ${/group (\S+)/.exec(sentence)?.[1]} ${/epoch (\d+)/.exec(sentence)?.[1]}`,
    ),
  ).toEqual(expected);
});
