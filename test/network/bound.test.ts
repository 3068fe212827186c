import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { virtualAddress6 } from "./lan.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ ttlMs: 2_000, renewMs: 500 });
}, 60_000);
afterAll(() => stage.close());

/** Binds the address once, and sends from it for ever. */
const stubborn = `
const socket = require("node:dgram").createSocket("udp6");
socket.on("error", () => {}).bind(0, process.argv[1], () => {
  console.log("bound");
  setInterval(() => socket.send("m", 9, process.argv[2], () => {}), 20);
});`;

test("LX15: the rules stay where a datagram socket would go on to send from an IPv6 address that has gone, and that is said", async () => {
  stage.startAgent("NODE1");
  await stage.ownerIs("NODE1");
  const owner = stage.node("NODE1");
  const peer = stage.lan.host("PEER");
  const peersOwn = peer.addressOn("client").replace(/^.*\./, "2001:2:0:77::");
  const program = owner.start(process.execPath, ["-e", stubborn, virtualAddress6, peersOwn]);
  await until(async () => (await owner.run("ss", "-uan")).includes(`[${virtualAddress6}]`), 10_000, "its socket");
  await peer.run(
    "nft",
    'add table netdev ear; add chain netdev ear in { type filter hook ingress device "client" priority 0; }; ' +
      `add rule netdev ear in ip6 saddr ${virtualAddress6} udp dport 9 counter`,
  );
  const heard = async (): Promise<number> =>
    Number(/counter packets (\d+)/.exec(await peer.run("nft", "list", "table", "netdev", "ear"))?.[1]);
  await until(async () => (await heard()) > 5, 10_000, "datagrams while it owns");

  stage.agent("NODE1").kill("SIGTERM");
  await until(() => stage.logOf("NODE1").includes("ended: everything"), 20_000, "the end of the agent");
  const before = await heard();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await heard(), "from an address that has gone").toBe(before);
  expect(stage.logOf("NODE1")).toMatch(/filter-stays: .*2001:2:0:77::100/);
  expect(await owner.run("nft", "list", "ruleset")).toContain("bridgehead");

  program.kill("SIGKILL");
  const said = stage.logOf("NODE1").length;
  stage.startAgent("NODE1");
  await stage.ownerIs("NODE1");
  stage.agent("NODE1").kill("SIGTERM");
  await until(() => stage.logOf("NODE1").slice(said).includes("ended: everything"), 20_000, "its end");
  expect(await owner.run("nft", "list", "ruleset")).not.toContain("bridgehead");
});
