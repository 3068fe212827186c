import { expect, test } from "vitest";
import { outlookOf } from "../../src/dashboard/client/sentences.ts";
import { groupView } from "./views.ts";

test.each([
  [{}, []],
  [{ draining: { because: "pause", target: null } }, ["Being taken offline here (pause)."]],
  [{ draining: { because: "move", target: "NODE2" } }, ["Being taken offline here (move), to go to NODE2."]],
  [{ waiting: { for: ["DNS", "Disk"], until: null } }, ["It waits for DNS, Disk."]],
  [{ waiting: { for: [], until: 5 } }, ["It starts at <5>."]],
  [{ scheduled: { at: 7, target: null } }, ["It moves to the best node at <7>."]],
  [{ scheduled: { at: 7, target: "NODE2" } }, ["It moves to NODE2 at <7>."]],
  [{ givenUpUntil: 9 }, ["It has failed too often: it is tried again at <9>."]],
  [{ givenUpUntil: 0 }, ["It has failed too often: somebody has to bring it online."]],
  [{ failbackDue: true }, ["It goes back to a node that it prefers, as its failback says."]],
])("DB27 of %j the page says %j", (group, sentences) => {
  expect(outlookOf(groupView(group), (at) => `<${at}>`)).toEqual(sentences);
});
