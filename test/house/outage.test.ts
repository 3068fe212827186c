import { expect, test } from "vitest";
import { parse } from "yaml";
import { parsePeerAddress } from "../../src/agent/peers/channel.ts";
import { groupSchema } from "../../src/protocol/definition.ts";
import { fileOf } from "./sources.ts";

const page = fileOf("docs/outage.md");
const [group = "", config = ""] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = ""]) => block);

test("PW1 the page about outages shows a policy that a group takes, and an address that an agent takes", () => {
  const { groups } = parse(group) as { groups: Record<string, unknown> };
  expect(groupSchema.parse(groups["Mail"]).onControlPlaneLoss).toBe("hold-while-peers-agree");
  const { peerListen } = parse(config) as { peerListen: string };
  expect(parsePeerAddress(peerListen)).toEqual({ address: "192.0.2.1", port: 7946 });
  expect(page).toContain(`--peer-listen ${peerListen}`);
});

test("PW1 README leads to the page about outages", () => {
  expect(fileOf("README.md")).toContain("(docs/outage.md)");
});
